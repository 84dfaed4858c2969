// Decodes every block of the TSM files named by the arguments into arrays, as InfluxDB's server does for a query, and prints
// the best of some rounds. Seconds are the processor's, so that a busy machine does not count.
package main

import (
	"fmt"
	"os"
	"strconv"
	"syscall"

	_ "firn/bench/go/libflux"

	"github.com/influxdata/influxdb/v2/tsdb"
	"github.com/influxdata/influxdb/v2/tsdb/engine/tsm1"
)

func cpuSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	user, system := usage.Utime, usage.Stime
	return float64(user.Sec+system.Sec) + float64(user.Usec+system.Usec)/1e6
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(2)
}

type arrays struct {
	floats    tsdb.FloatArray
	integers  tsdb.IntegerArray
	unsigneds tsdb.UnsignedArray
	booleans  tsdb.BooleanArray
	strings   tsdb.StringArray
}

func (a *arrays) read(reader *tsm1.TSMReader, kind byte, entry *tsm1.IndexEntry) (int, error) {
	switch kind {
	case tsm1.BlockFloat64:
		err := reader.ReadFloatArrayBlockAt(entry, &a.floats)
		return a.floats.Len(), err
	case tsm1.BlockInteger:
		err := reader.ReadIntegerArrayBlockAt(entry, &a.integers)
		return a.integers.Len(), err
	case tsm1.BlockUnsigned:
		err := reader.ReadUnsignedArrayBlockAt(entry, &a.unsigneds)
		return a.unsigneds.Len(), err
	case tsm1.BlockBoolean:
		err := reader.ReadBooleanArrayBlockAt(entry, &a.booleans)
		return a.booleans.Len(), err
	default:
		err := reader.ReadStringArrayBlockAt(entry, &a.strings)
		return a.strings.Len(), err
	}
}

func decode(reader *tsm1.TSMReader, into *arrays) int {
	values := 0
	for i := 0; i < reader.KeyCount(); i++ {
		key, kind := reader.KeyAt(i)
		entries := reader.Entries(key)
		for j := range entries {
			count, err := into.read(reader, kind, &entries[j])
			if err != nil {
				fail(err)
			}
			values += count
		}
	}
	return values
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: tsm ROUNDS FILE…")
		os.Exit(1)
	}
	rounds, _ := strconv.Atoi(os.Args[1])
	var readers []*tsm1.TSMReader
	for _, path := range os.Args[2:] {
		file, err := os.Open(path)
		if err != nil {
			fail(err)
		}
		reader, err := tsm1.NewTSMReader(file)
		if err != nil {
			fail(err)
		}
		readers = append(readers, reader)
	}
	best, values := 1e300, 0
	var into arrays
	for round := 0; round < rounds; round++ {
		start := cpuSeconds()
		values = 0
		for _, reader := range readers {
			values += decode(reader, &into)
		}
		if seconds := cpuSeconds() - start; seconds < best {
			best = seconds
		}
	}
	fmt.Printf("values %d seconds %.6f Mvalues/s %.1f\n", values, best, float64(values)/1e6/best)
}
