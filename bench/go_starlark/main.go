// Runs the scripts of bench/starlark with starlark-go, as firn_bench_starlark does with Firn's interpreter.
// usage: peer FOLDER [ROUNDS]
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"go.starlark.net/lib/json"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

const metrics = 200_000

var options = syntax.FileOptions{Set: true, GlobalReassign: true, Recursion: true}

type values struct {
	names  []string
	values []starlark.Value
}

func (v *values) String() string        { return "Fields()" }
func (v *values) Type() string          { return "Fields" }
func (v *values) Freeze()               {}
func (v *values) Truth() starlark.Bool  { return true }
func (v *values) Hash() (uint32, error) { return 0, fmt.Errorf("not hashable") }

// Get searches the fields one by one, as Telegraf's metric does.
func (v *values) Get(key starlark.Value) (starlark.Value, bool, error) {
	name, _ := key.(starlark.String)
	for i, n := range v.names {
		if n == string(name) {
			return v.values[i], true, nil
		}
	}
	return nil, false, nil
}

func (v *values) SetKey(key, value starlark.Value) error {
	name, _ := key.(starlark.String)
	for i, n := range v.names {
		if n == string(name) {
			v.values[i] = value
			return nil
		}
	}
	return fmt.Errorf("no such field")
}

type metric struct {
	name         starlark.String
	tags, fields *values
}

func (m *metric) String() string        { return "Metric()" }
func (m *metric) Type() string          { return "Metric" }
func (m *metric) Freeze()               {}
func (m *metric) Truth() starlark.Bool  { return true }
func (m *metric) Hash() (uint32, error) { return 0, fmt.Errorf("not hashable") }
func (m *metric) AttrNames() []string   { return []string{"name", "tags", "fields"} }
func (m *metric) Attr(name string) (starlark.Value, error) {
	switch name {
	case "name":
		return m.name, nil
	case "tags":
		return m.tags, nil
	case "fields":
		return m.fields, nil
	}
	return nil, nil
}

func load(folder, name string) (*starlark.Thread, starlark.StringDict) {
	thread := &starlark.Thread{Name: name}
	globals, err := starlark.ExecFileOptions(&options, thread, filepath.Join(folder, name+".star"), nil,
		starlark.StringDict{"json": json.Module})
	must(err)
	return thread, globals
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func best(rounds int, body func()) float64 {
	fastest := 1e300
	for i := 0; i < rounds; i++ {
		start := time.Now()
		body()
		fastest = min(fastest, float64(time.Since(start).Nanoseconds())/1e6)
	}
	return fastest
}

func metricScript(folder string, rounds int) float64 {
	thread, globals := load(folder, "metric")
	m := &metric{
		name:   "cpu_usage",
		tags:   &values{[]string{"host", "region"}, []starlark.Value{starlark.String("server01"), starlark.String("eu")}},
		fields: &values{[]string{"used", "total", "ratio", "level"}, make([]starlark.Value, 4)},
	}
	return best(rounds, func() {
		for i := 0; i < metrics; i++ {
			m.fields.values[0] = starlark.Float(i % 100)
			m.fields.values[1] = starlark.Float(100.0)
			m.fields.values[2] = starlark.Float(0)
			m.fields.values[3] = starlark.MakeInt(0)
			_, err := starlark.Call(thread, globals["apply"], starlark.Tuple{m}, nil)
			must(err)
		}
	})
}

func callNanoseconds(folder string, rounds int) float64 {
	const calls = 1_000_000
	thread, globals := load(folder, "one_line")
	return best(rounds, func() {
		var x starlark.Value = starlark.MakeInt(0)
		for i := 0; i < calls; i++ {
			var err error
			x, err = starlark.Call(thread, globals["apply"], starlark.Tuple{x}, nil)
			must(err)
		}
	}) * 1e6 / calls
}

func main() {
	folder := os.Args[1]
	rounds := 5
	if len(os.Args) > 2 {
		rounds, _ = strconv.Atoi(os.Args[2])
	}
	for _, name := range []string{"loop", "fib", "strings", "containers", "sorting", "json"} {
		thread, globals := load(folder, name)
		fmt.Printf("%s ms %.3f\n", name, best(rounds, func() {
			_, err := starlark.Call(thread, globals["run"], nil, nil)
			must(err)
		}))
	}
	fmt.Printf("metric ms %.3f\n", metricScript(folder, rounds))
	fmt.Printf("call ns %.2f\n", callNanoseconds(folder, rounds))
}
