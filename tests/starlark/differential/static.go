package main

import (
	"errors"
	"fmt"
	"strings"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Parses and resolves a program without running it; prints every error with its place.
func check(source string) outcome {
	file, err := caseOptions.Parse("case.star", source, 0)
	if err == nil {
		err = resolve.File(file, predeclared().Has, starlark.Universe.Has)
	}
	var printed strings.Builder
	var list resolve.ErrorList
	var syntaxError syntax.Error
	switch {
	case errors.As(err, &list):
		for _, e := range list {
			fmt.Fprintf(&printed, "%d:%d: %s\n", e.Pos.Line, e.Pos.Col, e.Msg)
		}
	case errors.As(err, &syntaxError):
		fmt.Fprintf(&printed, "%d:%d: %s\n", syntaxError.Pos.Line, syntaxError.Pos.Col, syntaxError.Msg)
	case err != nil:
		return outcome{err: err.Error()}
	}
	return outcome{output: printed.String()}
}
