// Compares Firn's Starlark with the reference implementation, go.starlark.net.
//
//	starlark_cases … | differential compare [-words]   runs each case again and reports where the two differ
//	differential suite FOLDER                           runs the chunked files of a folder, as Firn's own test does
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 2 {
		usage()
	}
	var err error
	switch os.Args[1] {
	case "compare":
		err = compare(os.Stdin, len(os.Args) > 2 && os.Args[2] == "-words")
	case "suite":
		if len(os.Args) != 3 {
			usage()
		}
		err = suite(os.Args[2])
	default:
		usage()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: differential compare [-words] <cases | differential suite FOLDER")
	os.Exit(2)
}
