package main

// A kind of case where Firn does not do as the reference implementation does, and why.
type difference struct {
	reason string
	is     func(source string, firn, reference outcome) bool
}

var differencesOnPurpose = []difference{}

func isOnPurpose(source string, firn, reference outcome) bool {
	for _, d := range differencesOnPurpose {
		if d.is(source, firn, reference) {
			return true
		}
	}
	return false
}
