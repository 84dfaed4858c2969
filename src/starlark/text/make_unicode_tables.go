//go:build ignore

// Writes unicode_tables.cc from Go's package unicode, so that both interpreters see the same letters: go run make_unicode_tables.go
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"unicode"
)

const last = unicode.MaxRune

// classes writes the code points for which `in` holds as runs with equal steps.
func classes(out *bufio.Writer, name string, in func(rune) bool) {
	type run struct{ first, last, step rune }
	var runs []run
	for r := rune(0x80); r <= last; r++ {
		if !in(r) {
			continue
		}
		if n := len(runs); n > 0 {
			top := &runs[n-1]
			if top.first == top.last && r-top.last <= 2 {
				top.step, top.last = r-top.last, r
				continue
			}
			if r-top.last == top.step {
				top.last = r
				continue
			}
		}
		runs = append(runs, run{r, r, 1})
	}
	fmt.Fprintf(out, "const CodePointRun k%s[] = {\n", name)
	for _, r := range runs {
		fmt.Fprintf(out, "{0x%X, 0x%X, %d},", r.first, r.last, r.step)
	}
	fmt.Fprintf(out, "};\nconst size_t k%sSize = std::size(k%s);\n\n", name, name)
}

// mapping writes where `to` differs from its argument, as runs with equal steps and differences.
func mapping(out *bufio.Writer, name string, to func(rune) rune) {
	type run struct{ first, last, step, delta rune }
	var runs []run
	for r := rune(0x80); r <= last; r++ {
		delta := to(r) - r
		if delta == 0 {
			continue
		}
		if n := len(runs); n > 0 && runs[n-1].delta == delta {
			top := &runs[n-1]
			if top.first == top.last && r-top.last <= 2 {
				top.step, top.last = r-top.last, r
				continue
			}
			if r-top.last == top.step {
				top.last = r
				continue
			}
		}
		runs = append(runs, run{r, r, 1, delta})
	}
	// Runs with a step of 2 may interleave with the next one: cut them so that each code point stands in the run before it.
	var cut []run
	for i, r := range runs {
		for i+1 < len(runs) && r.last >= runs[i+1].first {
			panic(name + ": runs interleave")
		}
		cut = append(cut, r)
	}
	fmt.Fprintf(out, "const CaseRun k%s[] = {\n", name)
	for _, r := range cut {
		fmt.Fprintf(out, "{0x%X, 0x%X, %d, %d},", r.first, r.last, r.step, r.delta)
	}
	fmt.Fprintf(out, "};\nconst size_t k%sSize = std::size(k%s);\n\n", name, name)
}

func main() {
	file, err := os.Create("unicode_tables.cc")
	if err != nil {
		panic(err)
	}
	out := bufio.NewWriter(file)
	fmt.Fprintf(out, "// Unicode %s, written by make_unicode_tables.go.\n", unicode.Version)
	fmt.Fprint(out, "#include \"starlark/text/unicode_tables.h\"\n\n#include <iterator>\n\nnamespace firn::starlark::text {\n\n")
	classes(out, "UpperCase", unicode.IsUpper)
	classes(out, "LowerCase", unicode.IsLower)
	classes(out, "TitleCase", unicode.IsTitle)
	classes(out, "Digits", unicode.IsDigit)
	classes(out, "Printable", strconv.IsPrint)
	classes(out, "Cased", func(r rune) bool { return unicode.SimpleFold(r) != r })
	mapping(out, "ToUpper", unicode.ToUpper)
	mapping(out, "ToLower", unicode.ToLower)
	mapping(out, "ToTitle", unicode.ToTitle)
	fmt.Fprint(out, "}  // namespace firn::starlark::text\n")
	out.Flush()
	file.Close()
}
