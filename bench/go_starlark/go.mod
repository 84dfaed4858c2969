module firn/bench/go_starlark

go 1.25.0

require go.starlark.net v0.0.0-20260326113308-fadfc96def35

require golang.org/x/sys v0.42.0 // indirect
