// Writes cases.txt: what Go's package time answers. Run: ZONEINFO=../../fuzz/corpus/go_time go run make_cases.go
//
//	kind <TAB> arguments … <TAB> answer      (quoted as Go quotes; an answer beginning with "error: " is one)
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"time"
)

var out *bufio.Writer

func write(kind string, fields ...string) {
	fmt.Fprint(out, kind)
	for _, field := range fields {
		fmt.Fprint(out, "\t", strconv.QuoteToASCII(field))
	}
	fmt.Fprintln(out)
}

var zones = []string{"UTC", "Berlin", "New_York", "Sydney", "Kolkata", "Casablanca", "St_Johns", "Dublin", "GMT+5"}

var instants = []int64{0, -1, 1, 951782399, 951782400, 1078012800, 1583020799, 1700000000, 1711846799, 1711846800, 1729990800,
	1730019600, 1741503599, 1741503600, 1752537599, 2000000000, 2147483647, 2147483648, 4102444800, 4118000000, 7289654400,
	-2208988800, -3000000000, -62135596800, -62167219200, 253402300799, 253402300800, -99999999999, 2689228799, 2700003600}

var layouts = []string{time.ANSIC, time.UnixDate, time.RubyDate, time.RFC822, time.RFC822Z, time.RFC850, time.RFC1123, time.RFC1123Z,
	time.RFC3339, time.RFC3339Nano, time.Kitchen, time.Stamp, time.StampMilli, time.StampMicro, time.StampNano, time.Layout,
	"2006-01-02 15:04:05.999999999 -0700 MST", "Z070000 Z07:00:00 Z0700 Z07:00 Z07 -070000 -07:00:00 -0700 -07:00 -07",
	"__2|002|_2|2|02", "3:4:5 pm PM 03:04:05", "Month Monday Mondays Mon Mons Jan Janu January", "_2006 06 1 01 x.000y,999",
	"05.0 05.00 05,000 .0000000000 .9 .99 .999 .0001 .9990", "", "plain", "2006-01-02T15:04:05,999", "20060102150405.000000"}

func formats() {
	for _, name := range zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			panic(err)
		}
		for i, at := range instants {
			t := time.Unix(at, []int64{0, 1, 120000000, 999999999, 123456789}[i%5]).In(zone)
			for j, layout := range layouts {
				if (i+j)%4 == 0 || name == "Berlin" {
					write("format", name, strconv.FormatInt(at, 10), strconv.Itoa(t.Nanosecond()), layout, t.Format(layout))
				}
			}
		}
	}
}

func parse(layout, value, zone string) {
	location, _ := time.LoadLocation(zone)
	t, err := time.ParseInLocation(layout, value, location)
	if err != nil {
		write("parse", zone, layout, value, "error: "+err.Error())
		return
	}
	write("parse", zone, layout, value, fmt.Sprintf("%d %d %s", t.Unix(), t.Nanosecond(), t.Format("-07:00:00 MST")))
}

func parses() {
	for _, name := range zones {
		zone, _ := time.LoadLocation(name)
		for i, at := range instants {
			t := time.Unix(at, int64(i)*1001001).In(zone)
			for j, layout := range layouts {
				if (i+j)%5 == 0 {
					parse(layout, t.Format(layout), name)
				}
			}
		}
	}
	for _, zone := range []string{"UTC", "Berlin", "New_York"} {
		for _, value := range []string{"2024-03-31T02:30:00", "2024-10-27T02:30:00", "2024-03-10T02:30:00", "2024-11-03T01:30:00",
			"2024-02-30T00:00:00", "2023-02-29T00:00:00", "2024-13-01T00:00:00", "2024-00-01T00:00:00", "2024-01-00T00:00:00",
			"2024-01-01T24:00:00", "2024-01-01T23:60:00", "2024-01-01T23:59:60", "2024-1-1T0:0:0", "24-01-01T00:00:00",
			"2024-01-01T00:00:00.123456789123", "2024-01-01T00:00:00,5", "2024-01-01T00:00:00.", "2024-01-01T00:00:00x", "", "\xff\"\\é"} {
			parse("2006-01-02T15:04:05", value, zone)
		}
		for _, value := range []string{"2024-06-01T00:00:00+02:00", "2024-06-01T00:00:00-04:00", "2024-06-01T00:00:00Z",
			"2024-06-01T00:00:00+24:60", "2024-06-01T00:00:00+25:00", "2024-06-01T00:00:00+00:61", "2024-06-01T00:00:00*02:00",
			"2024-06-01T00:00:00+0200", "2024-06-01T00:00:00+1:00", "2024-06-01T00:00:00.123+00:00", "2024-06-01T00:00:00z"} {
			parse(time.RFC3339, value, zone)
		}
		for _, value := range []string{"1 CET", "1 CEST", "1 EST", "1 EDT", "1 GMT", "1 GMT+3", "1 GMT-11", "1 GMT+24", "1 UTC", "1 WITA",
			"1 ABCDE", "1 ABCDT", "1 ABCD", "1 AB", "1 ChST", "1 MeST", "1 +03", "1 -07", "1 +30", "1 abc", "1 PSTX", "1 UTCX"} {
			parse("2 MST", value, zone)
			parse("2006-01 2 MST", "2024-07 "+value, zone)
		}
		for _, value := range []string{"060", "366", "365", "000", "12", "1  ", "  1", " 12", "367"} {
			parse("2006 002", "2023 "+value, zone)
			parse("2006 __2", "2024 "+value, zone)
			parse("2006-01-02 002", "2024-02-29 "+value, zone)
			parse("2006-01 002", "2024-02 "+value, zone)
		}
	}
	for _, c := range [][2]string{{"3PM", "12AM"}, {"3PM", "12PM"}, {"3PM", "1pm"}, {"3pm", "11pm"}, {"3PM", "13PM"}, {"3PM", "0PM"}, {"15PM", "13AM"},
		{"Jan", "feb"}, {"January", "FEBRUARY"}, {"January", "Feb"}, {"Mon", "tue"}, {"Monday", "Tues"}, {"06", "68"}, {"06", "69"}, {"06", "-1"},
		{"06", "x1"}, {"06", "1"}, {"2006", "-001"}, {"2006", "+001"}, {"2006", "20 4"}, {"_2", " 7"}, {"_2", "  7"}, {"_2", "17"}, {"02", "7"},
		{"2", "07"}, {"a  b", "a b"}, {"a b", "a   b"}, {"a b", "ab"}, {"a ", "a"}, {"a", "a "}, {"15:04:05.000", "01:02:03.12"},
		{"15:04:05.000", "01:02:03.1234"}, {"15:04:05.999", "01:02:03"}, {"15:04:05.999", "01:02:03.123456"}, {"15:04:05.000", "01:02:03,123"},
		{"15:04:05.000", "01:02:03.12x"}, {".00", ".5"}, {".00", ".-5"}, {"05 .99", "07.5 .25"}, {"-07", "+0"}, {"Z07", "Z"}, {"Z07", "+05"}, {"-070000", "-010203"},
		{"-07:00:00", "-01:02:61"}, {"-07:00:00", "-01:02-03"}, {"4", "7x"}, {"1", "0"}, {"1", "13"}, {"01", "1"}, {"5", "59.5"}, {"5 2", "59.5 1"}} {
		parse(c[0], c[1], "UTC")
	}
}

func dates() {
	for _, zone := range []string{"UTC", "Berlin", "New_York", "Sydney"} {
		location, _ := time.LoadLocation(zone)
		for _, f := range [][7]int{{2020, 0, 0, 0, 0, 0, 0}, {2024, 2, 30, 0, 0, 0, 0}, {2024, 14, 1, 25, 61, 61, 1000000001}, {0, 0, 0, 0, 0, 0, 0},
			{2024, -11, -30, -1, -1, -1, -1}, {1, 1, 1, 0, 0, 0, 0}, {-1, 1, 1, 0, 0, 0, 0}, {2024, 3, 31, 2, 30, 0, 0}, {2024, 10, 27, 2, 30, 0, 0},
			{2024, 3, 10, 2, 30, 0, 0}, {2024, 11, 3, 1, 30, 0, 0}, {2024, 4, 7, 2, 30, 0, 0}, {2024, 10, 6, 2, 30, 0, 0}, {2100, 7, 1, 0, 0, 0, 0},
			{10000, 1, 1, 0, 0, 0, 0}, {2024, 1, 100000, 0, 0, 0, 0}, {1970, 1, 1, 0, 0, 1 << 40, 1 << 60}} {
			t := time.Date(f[0], time.Month(f[1]), f[2], f[3], f[4], f[5], f[6], location)
			fields := fmt.Sprintf("%d %d %d %d %d %d %d", f[0], f[1], f[2], f[3], f[4], f[5], f[6])
			write("date", zone, fields, fmt.Sprintf("%d %d %s", t.Unix(), t.Nanosecond(), t.Format("Monday 2006-01-02 15:04:05 __2 -0700 MST")))
		}
	}
}

func durations() {
	for _, text := range []string{"0", "1h", "1h30m", "-1.5h", "+5s", "1.5", "", "-", "+", ".", ".s", "1.s", ".5s", "3000s", "1ns", "1us", "1µs", "1μs", "1ms",
		"1x", "1d", "h", "1h1", "-0", "1h 30m", "9223372036854775807ns", "9223372036854775808ns", "-9223372036854775808ns", "2562047h47m16.854775807s",
		"2562047h47m16.854775808s", "2562048h", "0.100000000000000000000h", "0.830103483285477580700h", "99999999999999999999s", "1.0000000000000000000000000001s", "\xffs", "1\"s",
		"0.3333333333333333333h", "9007199254.740993ms", "1m1m", "5h-3m"} {
		d, err := time.ParseDuration(text)
		answer := strconv.FormatInt(int64(d), 10)
		if err != nil {
			answer = "error: " + err.Error()
		}
		write("duration", text, answer)
	}
	for _, d := range []int64{0, 1, 999, 1000, 1001, 1100, 999999, 1000000, 1500000, 999999999, 1000000000, 1000000001, 1100000000, 59999999999, 60000000000,
		61000000000, 3600000000000, 3661000000000, 36000000000000, 5400000000000, 9223372036854775807, -9223372036854775808, -1, -1500, -90000000000} {
		write("print", strconv.FormatInt(d, 10), time.Duration(d).String())
	}
}

func main() {
	time.Local = time.UTC
	file, err := os.Create("cases.txt")
	if err != nil {
		panic(err)
	}
	out = bufio.NewWriter(file)
	formats()
	parses()
	dates()
	durations()
	out.Flush()
	file.Close()
}
