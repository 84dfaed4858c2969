// Parses the file named by the first argument as InfluxDB's server does, and prints the best of some rounds. Seconds are the
// processor's, so that a busy machine does not count.
package main

import (
	"fmt"
	"os"
	"strconv"
	"syscall"

	"github.com/influxdata/influxdb/v2/models"
)

func cpuSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	user, system := usage.Utime, usage.Stime
	return float64(user.Sec+system.Sec) + float64(user.Usec+system.Usec)/1e6
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: parse FILE [ROUNDS]")
		os.Exit(1)
	}
	body, err := os.ReadFile(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	rounds := 3
	if len(os.Args) > 2 {
		rounds, _ = strconv.Atoi(os.Args[2])
	}
	best, rows := 1e300, 0
	for round := 0; round < rounds; round++ {
		start := cpuSeconds()
		points, err := models.ParsePoints(body)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		rows = len(points)
		if seconds := cpuSeconds() - start; seconds < best {
			best = seconds
		}
	}
	fmt.Printf("rows %d bytes %d seconds %.6f MB/s %.1f\n", rows, len(body), best, float64(len(body))/1e6/best)
}
