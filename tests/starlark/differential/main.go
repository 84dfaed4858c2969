// Compares Firn's Starlark with the reference implementation, go.starlark.net.
//
//	starlark_cases … | differential run      runs each case again and reports where the two differ
//	starlark_cases … | differential check    the same for cases that are only parsed and resolved
//	differential suite FOLDER                runs the chunked files of a folder, as Firn's own test does
//
// With -words before the command, differences of messages alone are listed as well.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	showWords := flag.Bool("words", false, "list differences of messages")
	flag.Parse()
	var err error
	switch {
	case flag.NArg() == 1 && flag.Arg(0) == "run":
		err = compare(os.Stdin, run, *showWords)
	case flag.NArg() == 1 && flag.Arg(0) == "check":
		err = compare(os.Stdin, check, *showWords)
	case flag.NArg() == 2 && flag.Arg(0) == "suite":
		err = suite(flag.Arg(1))
	default:
		fmt.Fprintln(os.Stderr, "usage: differential [-words] run|check <cases | differential suite FOLDER")
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
