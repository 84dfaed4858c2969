// Writes expressions.txt: what starlark-go makes of every operator, function and method with values of all types.
// Run in this folder: TZ=UTC go run .
//
//	expression <TAB> "=" or "E" <TAB> repr of the value, or the error; quoted as Go quotes
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"

	"go.starlark.net/lib/json"
	"go.starlark.net/lib/math"
	"go.starlark.net/lib/time"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

var operands = []string{`None`, `True`, `0`, `-7`, `3`, `(1<<70)`, `-2.5`, `float("nan")`, `""`, `"abc"`, `b"ab"`, `[1, "a"]`, `(1, 2)`,
	`{"a": 1}`, `set([1, 2])`, `range(3)`, `len`, `time.second`}

var operators = []string{"+", "-", "*", "/", "//", "%", "&", "|", "^", "<<", ">>", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or"}

var arguments = []string{``, `None`, `True`, `0`, `-1`, `2`, `1 << 40`, `1 << 70`, `1.5`, `1e20`, `float("inf")`, `""`, `"a"`, `"b,c"`, `"é"`, `b"a"`, `[]`, `[3, 1, 2]`, `["x", "y"]`,
	`[1, "a"]`, `()`, `("a", "b")`, `{}`, `{"a": 1}`, `set([1])`, `range(4)`, `len`, `1, 2`, `"a", 1`, `"a", "b"`, `"a", -2, 3`, `"a", None, "x"`, `"b", "xy", 1`,
	`[1, 2], 1`, `[(1, 2)]`, `[[1, 2], 3]`, `["ab"]`, `1, 2, 3`, `1, 2, 3, 4`, `x = 1`, `[2, 1], key = len`, `[2, 1], reverse = True`, `"7", 8`, `"0x1f", 0`, `"z", 36`, `" 1"`, `"1.5"`, `"-Inf"`, `sep = ""`}

var functions = []string{"abs", "all", "any", "bool", "bytes", "chr", "dict", "dir", "enumerate", "fail", "float", "hash", "int", "len", "list", "max",
	"min", "ord", "range", "repr", "reversed", "set", "sorted", "str", "tuple", "type", "zip", "json.encode", "json.decode", "json.indent",
	"json.encode_indent", "math.floor", "math.pow", "math.log", "math.sqrt", "math.round", "time.parse_duration", "time.from_timestamp", "time.time",
	"time.parse_time", "time.is_valid_timezone", "getattr", "hasattr"}

var receivers = []string{`"a,b,,c"`, `" Hello É\n"`, `[1, "a", 1.0]`, `{"a": 1, 2: "b"}`, `set([1, "a", 3])`, `b"abc"`}

var methodArguments = []string{``, `None`, `0`, `-1`, `7`, `1 << 40`, `1.0`, `""`, `"a"`, `","`, `"é"`, `"a", "b"`, `",", 1`, `None, 1`, `"a", -3`, `"b", 1, 3`,
	`"a", "-", 2`, `[]`, `["x", "y"]`, `["x", 1]`, `("a", "b")`, `(1,)`, `[1, 2]`, `[[1, 2]]`, `{"z": 1}`, `set([3, 4])`, `1, "x"`, `5, 6, 7, 8`, `x = 1`, `[[]]`, `True`}

var formats = []string{`"%s|%r" % ("a", "b")`, `"%d %i" % (3.7, -2)`, `"%o %x %X" % (8, 255, 255)`, `"%e %f %g" % (1, 2.5, 1e10)`, `"%E %F %G" % (1e-7, 2.5, 1e-7)`,
	`"%c%c" % (65, "é")`, `"%%"`, `"%%" % ()`, `"%5d" % 1`, `"%" % 1`, `"%s" % ()`, `"%s" % (1, 2)`, `"%s" % [1, 2]`, `"%(a)s %(b)d" % {"a": 1, "b": 2, "c": 3}`,
	`"%(a)s" % {}`, `"%(a" % {}`, `"%(a)s" % 1`, `"%d" % True`, `"%d" % "1"`, `"%f" % "1"`, `"%c" % "ab"`, `"%c" % -1`, `"%c" % 1.0`, `"%z" % 1`, `"%x" % -(1 << 70)`, `"%d" % float("nan")`,
	`"{}{}".format(1, "a")`, `"{1}{0}".format(1, "a")`, `"{a}{b!r}".format(a = 1, b = "x")`, `"{{}}".format()`, `"{}{0}".format(1)`, `"{0}{}".format(1)`, `"{".format()`, `"}".format()`,
	`"{:5}".format(1)`, `"{!x}".format(1)`, `"{a.b}".format(a = 1)`, `"{a[0]}".format(a = 1)`, `"{2}".format(1)`, `"{x}".format()`, `"{!r:}".format("a")`, `"{99999999999999999999}".format(1)`,
	`"{ }".format(1)`, `"{a{b}}".format(a = 1)`, `str(1e15)`, `str(123456.0)`, `str(0.1 + 0.2)`, `str(1e-5)`, `str([1.0, "a", None, b"\xff"])`, `repr("\x00\u200b\U0001F600")`, `str(-0.0)`}

func expressions() []string {
	all := append([]string{}, formats...)
	for _, a := range operands {
		for _, b := range operands {
			for _, op := range operators {
				all = append(all, fmt.Sprintf("%s %s %s", a, op, b))
			}
			all = append(all, fmt.Sprintf("%s[%s]", a, b), fmt.Sprintf("%s[%s:]", a, b), fmt.Sprintf("%s[::%s]", a, b))
		}
		for _, op := range []string{"-", "+", "~", "not "} {
			all = append(all, op+a)
		}
	}
	for _, function := range functions {
		for _, argument := range arguments {
			all = append(all, fmt.Sprintf("%s(%s)", function, argument))
		}
	}
	for _, receiver := range receivers {
		value, err := starlark.EvalOptions(options, new(starlark.Thread), "", receiver, nil)
		if err != nil {
			panic(err)
		}
		for _, method := range value.(starlark.HasAttrs).AttrNames() {
			for _, argument := range methodArguments {
				all = append(all, fmt.Sprintf("[(r.%s(%s), r) for r in [%s]]", method, argument, receiver))
			}
		}
	}
	return all
}

var options = &syntax.FileOptions{Set: true}

// evaluate reports a panic of the implementation as no answer.
func evaluate(expression string) (kind, answer string) {
	defer func() {
		if recover() != nil {
			kind = ""
		}
	}()
	modules := starlark.StringDict{"json": json.Module, "math": math.Module, "time": time.Module}
	value, err := starlark.EvalOptions(options, new(starlark.Thread), "", expression, modules)
	if err != nil {
		return "E", err.Error()
	}
	return "=", value.String()
}

func main() {
	file, err := os.Create("expressions.txt")
	if err != nil {
		panic(err)
	}
	out := bufio.NewWriter(file)
	seen := map[string]bool{}
	for _, expression := range expressions() {
		if kind, answer := evaluate(expression); kind != "" && !seen[expression] && len(answer) < 1000 {
			seen[expression] = true
			fmt.Fprintf(out, "%s\t%s\t%s\n", expression, kind, strconv.Quote(answer))
		}
	}
	out.Flush()
	file.Close()
}
