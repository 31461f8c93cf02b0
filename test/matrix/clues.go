package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// clues is what may help to find out why something is left.
func (b *bench) clues() string {
	var text strings.Builder
	marks, _ := filepath.Glob(b.RunRoot() + "/*/*.json")
	live, _ := filepath.Glob(b.RunRoot() + "/containers/*/live.json")
	for _, path := range append(marks, live...) {
		content, _ := os.ReadFile(path)
		fmt.Fprintf(&text, "  %s: %s\n", path, strings.Join(strings.Fields(string(content)), " "))
	}
	return text.String()
}

// whereabouts tells what each thread of each process waits for.
func (b *bench) whereabouts() string {
	var text strings.Builder
	for _, a := range b.actors() {
		threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", a.pid))
		for _, thread := range threads {
			state, _ := os.ReadFile(thread + "/stat")
			call, _ := os.ReadFile(thread + "/syscall")
			stack, _ := os.ReadFile(thread + "/stack")
			fmt.Fprintf(&text, "  %s %s: %.20q in %s: %s\n", a.role, filepath.Base(thread), state,
				strings.TrimSpace(string(call)), strings.Join(strings.Fields(string(stack)), " "))
		}
	}
	return text.String()
}
