package main

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"sort"
	"strings"
)

const shownDifferences = 20

// A case as starlark_cases writes it: three counts of bytes in a line, then the source, what Firn printed, and the message
// of the error that it ended with.
type record struct {
	source string
	firn   outcome
}

func readRecord(in *bufio.Reader) (record, error) {
	var source, output, message int
	if _, err := fmt.Fscanf(in, "%d %d %d\n", &source, &output, &message); err != nil {
		return record{}, err
	}
	bytes := make([]byte, source+output+message)
	if _, err := io.ReadFull(in, bytes); err != nil {
		return record{}, err
	}
	text := string(bytes)
	return record{text[:source], outcome{text[source : source+output], text[source+output:]}}, nil
}

// What the comparison has found so far.
type report struct {
	agree     int
	onPurpose int
	words     map[string]int // differences of words alone, by the two messages
	differ    int
}

func compare(in io.Reader, reference func(source string) outcome, showWords bool) error {
	reader := bufio.NewReader(in)
	r := report{words: map[string]int{}}
	for {
		c, err := readRecord(reader)
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			break
		}
		if err != nil {
			return fmt.Errorf("cannot read cases: %w", err)
		}
		r.add(c, reference(c.source))
	}
	if showWords {
		r.printWords()
	}
	words := 0
	for _, count := range r.words {
		words += count
	}
	fmt.Printf("[conformance] starlark against go.starlark.net: %d cases agree, %d differ on purpose, %d in words alone, %d differ\n",
		r.agree, r.onPurpose, words, r.differ)
	if r.agree == 0 || r.differ > 0 {
		return fmt.Errorf("the implementations differ")
	}
	return nil
}

func (r *report) add(c record, reference outcome) {
	switch {
	case reference == c.firn:
		r.agree++
	case isOnPurpose(c.source, c.firn, reference):
		r.onPurpose++
	case withoutWords(reference) == withoutWords(c.firn):
		r.words[firstDifference(c.firn, reference)]++
	default:
		r.differ++
		if r.differ <= shownDifferences {
			fmt.Printf("--- differs\n%s\n    %s\n", c.source, firstDifference(c.firn, reference))
		}
	}
}

var errorTuple = regexp.MustCompile(`\("error", "(?:[^"\\]|\\.)*"\)`)

// The outcome with every message replaced by the fact that there is one.
func withoutWords(o outcome) outcome {
	o.output = errorTuple.ReplaceAllString(o.output, "(error)")
	if o.err != "" {
		o.err = "error"
	}
	return o
}

// The first line of the two outcomes that is not the same.
func firstDifference(firn, reference outcome) string {
	a := append(strings.Split(firn.output, "\n"), firn.err)
	b := append(strings.Split(reference.output, "\n"), reference.err)
	for i := 0; i < len(a) || i < len(b); i++ {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			return fmt.Sprintf("firn: %s\n    go:   %s", line(a, i), line(b, i))
		}
	}
	return ""
}

func line(lines []string, i int) string {
	if i >= len(lines) {
		return "(nothing)"
	}
	const longest = 300
	if len(lines[i]) > longest {
		return lines[i][:longest] + "…"
	}
	return lines[i]
}

func (r *report) printWords() {
	var all []string
	for words := range r.words {
		all = append(all, words)
	}
	sort.Slice(all, func(i, j int) bool { return r.words[all[i]] > r.words[all[j]] })
	for _, words := range all {
		fmt.Printf("%6d × %s\n", r.words[words], words)
	}
}
