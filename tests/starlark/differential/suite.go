package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"go.starlark.net/lib/json"
	"go.starlark.net/lib/math"
	"go.starlark.net/lib/time"
	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/starlarktest"
	"go.starlark.net/syntax"
)

// Runs every chunk of every file in a folder: what the project's own files expect is held against the reference.
func suite(folder string) error {
	files, err := filepath.Glob(filepath.Join(folder, "*.star"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no .star files in %s", folder)
	}
	failures := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		line := 0
		for _, chunk := range strings.Split(string(text), "\n---\n") {
			failures += checkChunk(file, line, chunk)
			line += strings.Count(chunk, "\n") + 2
		}
	}
	if failures > 0 {
		return fmt.Errorf("%d expectations do not hold", failures)
	}
	return nil
}

type reporter struct {
	place  string
	failed int
}

func (r *reporter) Error(args ...any) {
	fmt.Println(r.place+":", fmt.Sprint(args...))
	r.failed++
}

func checkChunk(file string, linesBefore int, chunk string) int {
	r := &reporter{place: fmt.Sprintf("%s:%d", file, linesBefore+1)}
	expected := map[int]*regexp.Regexp{}
	for i, text := range strings.Split(chunk, "\n") {
		if _, after, ok := strings.Cut(text, "###"); ok {
			pattern, err := strconv.Unquote(strings.TrimSpace(after))
			if err != nil {
				r.Error("not a quoted pattern: ", after)
				continue
			}
			expected[linesBefore+i+1] = regexp.MustCompile(pattern)
		}
	}
	for _, problem := range runChunk(file, strings.Repeat("\n", linesBefore)+chunk, r) {
		pattern, ok := expected[problem.line]
		if !ok {
			r.Error("line ", problem.line, ": unexpected error: ", problem.message)
			continue
		}
		if !pattern.MatchString(problem.message) {
			r.Error("line ", problem.line, ": got ", problem.message, ", want ", pattern)
		}
		delete(expected, problem.line)
	}
	for line, pattern := range expected {
		r.Error("line ", line, ": no error, want ", pattern)
	}
	return r.failed
}

type problem struct {
	line    int
	message string
}

func runChunk(file, source string, r *reporter) []problem {
	has := func(option string) bool { return strings.Contains(source, "option:"+option) }
	options := &syntax.FileOptions{
		Set: has("set"), While: has("while"), TopLevelControl: has("toplevelcontrol"),
		GlobalReassign: has("globalreassign"), LoadBindsGlobally: has("loadbindsglobally"), Recursion: has("recursion"),
	}
	thread := &starlark.Thread{Load: load, Print: func(*starlark.Thread, string) {}}
	starlarktest.SetReporter(thread, r)
	names := starlark.StringDict{"struct": starlark.NewBuiltin("struct", starlarkstruct.Make)}
	_, err := starlark.ExecFileOptions(options, thread, file, source, names)
	var list resolve.ErrorList
	var syntaxError syntax.Error
	var evalError *starlark.EvalError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &list):
		var problems []problem
		for _, e := range list {
			problems = append(problems, problem{int(e.Pos.Line), e.Msg})
		}
		return problems
	case errors.As(err, &syntaxError):
		return []problem{{int(syntaxError.Pos.Line), syntaxError.Msg}}
	case errors.As(err, &evalError):
		for i := range evalError.CallStack {
			if p := evalError.CallStack.At(i).Pos; p.Filename() == file {
				return []problem{{int(p.Line), evalError.Error()}}
			}
		}
	}
	return []problem{{0, err.Error()}}
}

func load(_ *starlark.Thread, module string) (starlark.StringDict, error) {
	switch module {
	case "assert.star":
		return starlarktest.LoadAssertModule()
	case "json.star":
		return starlark.StringDict{"json": json.Module}, nil
	case "math.star":
		return starlark.StringDict{"math": math.Module}, nil
	case "time.star":
		return starlark.StringDict{"time": time.Module}, nil
	}
	return nil, fmt.Errorf("no module %s", module)
}
