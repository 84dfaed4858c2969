// Lets InfluxDB 2.7's storage engine write a folder by random writes, overwrites, deletes, snapshots and compactions, and
// prints what its cursors answer then: one JSON array a cell, [measurement, tags, field, time, type, value].
//
//	tsmengine SEED FOLDER
//	tsmengine lines FOLDER < LINES      writes lines of line protocol, snapshots them, prints nothing
//
// Data lie in FOLDER/engine as a server's do; what has not been snapshotted is in the WAL.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	_ "firn/bench/go/libflux"

	"github.com/influxdata/influxdb/v2"
	"github.com/influxdata/influxdb/v2/models"
	"github.com/influxdata/influxdb/v2/predicate"
	"github.com/influxdata/influxdb/v2/tsdb"
	_ "github.com/influxdata/influxdb/v2/tsdb/engine"
	"github.com/influxdata/influxdb/v2/tsdb/engine/tsm1"
	_ "github.com/influxdata/influxdb/v2/tsdb/index"
)

const (
	bucket = "00000000000000aa"
	week   = int64(7 * 24 * time.Hour)
	first  = int64(1577664000) * int64(time.Second)
	shards = 3
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

type series struct {
	name string
	tags models.Tags
}

type writer struct {
	*rand.Rand
	store *tsdb.Store
	kinds map[string]int            // by measurement, field and shard: the engine takes one type
	keys  map[string]series         // by series key
	names map[string]map[string]int // measurement → fields
}

var measurements = []string{"cpu", "my meas", "a,b", "equals=sign", "back\\slash", "ünï中😀", "cpu!"}
var fields = []string{"v", "f 1", "g,h", "i=j", "é", "quo\"te"}
var tagSets = []models.Tags{
	nil,
	models.NewTags(map[string]string{"host": "a"}),
	models.NewTags(map[string]string{"host": "b", "r e": "x,y"}),
	models.NewTags(map[string]string{"k=e": "v=1", "é": "中文"}),
	models.NewTags(map[string]string{"path": "C:\\dir\\x"}),
}

func (w *writer) value(kind int) interface{} {
	switch kind {
	case 0:
		return []float64{0, math.Copysign(0, -1), 5e-324, math.MaxFloat64, w.NormFloat64(), math.Round(w.Float64()*1e4) / 100}[w.Intn(6)]
	case 1:
		return []int64{0, 7, math.MaxInt64, math.MinInt64, w.Int63n(100), -w.Int63()}[w.Intn(6)]
	case 2:
		return []uint64{0, 7, math.MaxUint64, 1 << 63, uint64(w.Intn(100)), w.Uint64()}[w.Intn(6)]
	case 3:
		return w.Intn(2) == 0
	}
	return []string{"", "x", "two\nlines", "中文", strings.Repeat("y", w.Intn(3000)), "back\\slash \"quoted\"", "\xff\x00 no UTF-8"}[w.Intn(7)]
}

func (w *writer) write(count int) {
	shard := w.Intn(shards)
	name, tags := measurements[w.Intn(len(measurements))], tagSets[w.Intn(len(tagSets))]
	t := first + int64(shard)*week + w.Int63n(week/2)
	step := []int64{1, 1000, 1e9, 6e10, 7e9 + 13}[w.Intn(5)]
	constant := w.Intn(3) == 0
	chosen := map[string]interface{}{}
	for len(chosen) < 1+w.Intn(3) {
		field := fields[w.Intn(len(fields))]
		key := fmt.Sprint(name, field, shard)
		if _, ok := w.kinds[key]; !ok {
			w.kinds[key] = w.Intn(5)
		}
		chosen[field] = w.value(w.kinds[key])
	}
	var points []models.Point
	for i := 0; i < count; i++ {
		row := models.Fields{}
		for field := range chosen {
			if !constant {
				chosen[field] = w.value(w.kinds[fmt.Sprint(name, field, shard)])
			}
			row[field] = chosen[field]
			if w.names[name] == nil {
				w.names[name] = map[string]int{}
			}
			w.names[name][field]++
		}
		point, err := models.NewPoint(name, tags, row, time.Unix(0, t))
		must(err)
		w.keys[string(models.MakeKey([]byte(name), tags))] = series{name, tags}
		points = append(points, point)
		if w.Intn(10) > 0 {
			t += step
		} else {
			t += step * int64(1+w.Intn(40))
		}
	}
	must(w.store.WriteToShard(context.Background(), uint64(shard+1), points))
}

func (w *writer) delete() {
	from := first + w.Int63n(shards*week)
	to := from + w.Int63n(week)
	if w.Intn(4) == 0 {
		from, to = math.MinInt64, math.MaxInt64
	}
	var where influxdb.Predicate
	if w.Intn(3) > 0 {
		node, err := predicate.Parse([]string{`host="a"`, `_measurement="cpu"`, `path="C:\\dir\\x"`, `_measurement="my meas" and host="b"`}[w.Intn(4)])
		must(err)
		where, err = predicate.New(node)
		must(err)
	}
	must(w.store.DeleteSeriesWithPredicate(context.Background(), bucket, from, to, where, nil))
}

func (w *writer) snapshot() {
	for id := uint64(1); id <= shards; id++ {
		engine, err := w.store.Shard(id).Engine()
		must(err)
		must(engine.(*tsm1.Engine).WriteSnapshot())
	}
}

func (w *writer) answer(out *bufio.Writer) {
	cells := 0
	for id := uint64(1); id <= shards; id++ {
		cursors, err := w.store.Shard(id).CreateCursorIterator(context.Background())
		must(err)
		for _, s := range w.keys {
			for field := range w.names[s.name] {
				cursor, err := cursors.Next(context.Background(), &tsdb.CursorRequest{Name: []byte(s.name), Tags: s.tags, Field: field, Ascending: true,
					StartTime: models.MinNanoTime, EndTime: models.MaxNanoTime})
				must(err)
				if cursor != nil {
					cells += print(out, s.name, s.tags, field, cursor)
					cursor.Close()
				}
			}
		}
	}
	fmt.Fprintln(os.Stderr, cells, "cells")
}

func print(out *bufio.Writer, name string, tags models.Tags, field string, cursor tsdb.Cursor) int {
	pairs := [][2]string{}
	for _, tag := range tags {
		pairs = append(pairs, [2]string{string(tag.Key), string(tag.Value)})
	}
	sort.Slice(pairs, func(i, j int) bool { return pairs[i][0] < pairs[j][0] })
	cells := 0
	line := func(t int64, kind, value string) {
		text, err := json.Marshal([]interface{}{name, pairs, field, t, kind, value})
		must(err)
		out.Write(text)
		out.WriteByte('\n')
		cells++
	}
	for {
		before := cells
		switch c := cursor.(type) {
		case tsdb.FloatArrayCursor:
			a := c.Next()
			for i, t := range a.Timestamps {
				line(t, "f", strconv.FormatUint(math.Float64bits(a.Values[i]), 16))
			}
		case tsdb.IntegerArrayCursor:
			a := c.Next()
			for i, t := range a.Timestamps {
				line(t, "i", strconv.FormatInt(a.Values[i], 10))
			}
		case tsdb.UnsignedArrayCursor:
			a := c.Next()
			for i, t := range a.Timestamps {
				line(t, "u", strconv.FormatUint(a.Values[i], 10))
			}
		case tsdb.BooleanArrayCursor:
			a := c.Next()
			for i, t := range a.Timestamps {
				line(t, "b", strconv.FormatBool(a.Values[i]))
			}
		case tsdb.StringArrayCursor:
			a := c.Next()
			for i, t := range a.Timestamps {
				line(t, "s", fmt.Sprintf("%x", a.Values[i]))
			}
		}
		if cells == before {
			return cells
		}
	}
}

func open(folder string) *tsdb.Store {
	store := tsdb.NewStore(filepath.Join(folder, "engine/data"))
	store.EngineOptions.Config.WALDir = filepath.Join(folder, "engine/wal")
	store.EngineOptions.Config.CacheSnapshotWriteColdDuration = 3600e9
	store.EngineOptions.WALEnabled = true
	must(store.Open(context.Background()))
	for id := uint64(1); id <= shards; id++ {
		must(store.CreateShard(context.Background(), bucket, "autogen", id, true))
		must(store.SetShardEnabled(id, true))
	}
	return store
}

func writeLines(folder string) {
	lines, err := io.ReadAll(os.Stdin)
	must(err)
	points, err := models.ParsePoints(lines)
	must(err)
	w := &writer{store: open(folder)}
	must(w.store.WriteToShard(context.Background(), 1, points))
	w.snapshot()
	must(w.store.Close())
}

func main() {
	if os.Args[1] == "lines" {
		writeLines(os.Args[2])
		return
	}
	seed, err := strconv.ParseInt(os.Args[1], 10, 64)
	must(err)
	w := &writer{Rand: rand.New(rand.NewSource(seed)), store: open(os.Args[2]), kinds: map[string]int{}, keys: map[string]series{},
		names: map[string]map[string]int{}}
	for step := 0; step < 60; step++ {
		switch choice := w.Intn(20); {
		case choice < 12:
			w.write(1 + w.Intn(1500))
		case choice < 16:
			w.delete()
		case choice < 19:
			w.snapshot()
		default:
			must(w.store.Close())
			w.store = open(os.Args[2])
		}
	}
	out := bufio.NewWriter(os.Stdout)
	w.answer(out)
	must(out.Flush())
	must(w.store.Close())
}
