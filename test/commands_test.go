package test

import (
	"errors"
	"os/exec"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"mydocker/internal/snapshot"
	"mydocker/test/patience"
)

// exits STATUS COMMAND… runs a command that must end with a status.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := exitStatus(ts.Exec(args[1], args[2:]...)); got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// exitStatus gives what a shell would show: 128 and the number for a signal,
// 127 for a program that could not be started.
func exitStatus(err error) int {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case !errors.As(err, &exit):
		return 127
	case exit.ExitCode() < 0:
		return 128 + signalOf(exit)
	}
	return exit.ExitCode()
}

// remember NAME keeps the last command's output, without the newline at its
// end, as the variable $NAME.
func remember(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: remember NAME")
	}
	text := strings.TrimSpace(ts.ReadFile("stdout"))
	if text == "" {
		ts.Fatalf("the last command printed nothing to remember")
	}
	ts.Setenv(args[0], text)
}

// start names the snapshot that is taken before the first line of a story.
const start = "start"

// snapshot NAME takes a snapshot of the host.
func takeSnapshot(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: snapshot NAME")
	}
	s := storyOf(ts)
	taken, err := snapshot.Take(s.Scope)
	ts.Check(err)
	s.snapshots[args[0]] = taken
}

// unchanged [NAME] waits until the host is as it was at a snapshot, or at the
// start of the story. With !, it must differ.
func unchanged(ts *testscript.TestScript, neg bool, args []string) {
	name := start
	if len(args) == 1 {
		name = args[0]
	}
	s := storyOf(ts)
	before, ok := s.snapshots[name]
	if !ok || len(args) > 1 {
		ts.Fatalf("usage: unchanged [NAME], after snapshot NAME")
	}
	limit := patience.Usual()
	if neg {
		limit = 0
	}
	d, err := s.Settle(before, limit)
	ts.Check(err)
	ts.Logf("%s", d)
	if d.Empty() == neg {
		ts.Fatalf("the host differs from snapshot %q: %v, want %v", name, !d.Empty(), neg)
	}
}
