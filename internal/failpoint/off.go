//go:build !failpoint

// Package failpoint lets tests make mydocker fail, hang or die at each step.
// A release has none of it: without the build tag failpoint nothing is
// compiled in.
package failpoint

// Hit marks a point between two steps. Only test builds do something there.
func Hit(string) error { return nil }

// Around carries out a step between two points, before and after it.
func Around(_ string, step func() error) error { return step() }

// Play says which role this process has. Only test builds care.
func Play(string) {}

// Born says that a process was made, for that role.
func Born(string, int) {}

// Environment adds what a child needs to know in order to have points.
func Environment(variables []string) []string { return variables }
