package main

import (
	"errors"
	"fmt"
	"strings"

	"go.starlark.net/lib/json"
	"go.starlark.net/lib/math"
	"go.starlark.net/lib/time"
	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"
)

// What a program did: all that it printed, and the message of the error that ended it.
type outcome struct {
	output string
	err    string
}

// The names that cases may use besides those of the language.
func predeclared() starlark.StringDict {
	return starlark.StringDict{
		"attempt": starlark.NewBuiltin("attempt", attempt),
		"json":    json.Module,
		"math":    math.Module,
		"struct":  starlark.NewBuiltin("struct", starlarkstruct.Make),
		"time":    time.Module,
	}
}

// attempt(f) calls f and returns its result, or ("error", message).
func attempt(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 1 {
		return nil, errors.New("attempt: got other than one argument")
	}
	value, err := starlark.Call(thread, args[0], nil, nil)
	if err == nil {
		return value, nil
	}
	return starlark.Tuple{starlark.String("error"), starlark.String(message(err))}, nil
}

// The message of an error without where it happened.
func message(err error) string {
	var evalError *starlark.EvalError
	if errors.As(err, &evalError) {
		return evalError.Msg
	}
	var list resolve.ErrorList
	if errors.As(err, &list) {
		return list[0].Msg
	}
	var syntaxError syntax.Error
	if errors.As(err, &syntaxError) {
		return syntaxError.Msg
	}
	return err.Error()
}

var caseOptions = &syntax.FileOptions{Set: true, While: true, TopLevelControl: true, GlobalReassign: true, Recursion: true}

// Runs one program. A panic of the reference implementation is an error like any other.
func run(source string) (result outcome) {
	var printed strings.Builder
	defer func() {
		result.output = printed.String()
		if p := recover(); p != nil {
			result.err = fmt.Sprintf("panic: %v", p)
		}
	}()
	thread := &starlark.Thread{Print: func(_ *starlark.Thread, text string) { printed.WriteString(text + "\n") }}
	thread.SetMaxExecutionSteps(100_000_000)
	if _, err := starlark.ExecFileOptions(caseOptions, thread, "case.star", source, predeclared()); err != nil {
		result.err = message(err)
	}
	return result
}
