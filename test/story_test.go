package test

import (
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"mydocker/internal/snapshot"
	"mydocker/test/host"
	"mydocker/test/patience"
)

// A story is one script with its host.
type story struct {
	*host.Host
	snapshots map[string]snapshot.Snapshot
	terminals map[string]*terminal
}

type storyKey struct{}

func storyOf(ts *testscript.TestScript) *story { return ts.Value(storyKey{}).(*story) }

// newStory prepares the host of a script and has it examined at the end:
// everything but the image store must be as it was.
func newStory(env *testscript.Env) error {
	made, err := host.New(imagePath())
	if err != nil {
		return err
	}
	s := &story{Host: made, snapshots: map[string]snapshot.Snapshot{}, terminals: map[string]*terminal{}}
	env.Values[storyKey{}] = s
	test := env.T().(testing.TB)
	watchdog := time.AfterFunc(longest(), func() { s.bark(test) })
	env.Defer(func() {
		watchdog.Stop()
		s.end(test)
	})
	env.Setenv("OTHERHOST", s.Other)
	env.Setenv("HOST", host.Address)
	env.Setenv("OTHER", host.OtherAddress)
	env.Vars = append(env.Vars, s.Environment()...)
	env.Setenv("ROOT", s.Root())
	env.Setenv("RUN_ROOT", s.RunRoot())
	env.Setenv("CROWD", strconv.Itoa(patience.Rounds(200)))
	env.Setenv("STARTS", asked(startsVariable, strconv.Itoa(patience.Rounds(100))))
	env.Setenv("LOG", asked(logVariable, "60m"))
	env.Setenv("ATTEMPT", attemptPath())
	env.Setenv("MYDOCKER", binaryPath())
	env.Setenv("TERM", "xterm")
	env.Setenv("MYDOCKER_TEST_SLOW", os.Getenv("MYDOCKER_TEST_SLOW"))
	s.snapshots[start], err = snapshot.Take(s.Scope)
	return err
}

// More than usual of what takes long is asked for by these.
const (
	startsVariable = "MYDOCKER_TEST_STARTS"
	logVariable    = "MYDOCKER_TEST_LOG"
)

// asked is how much a story does of something that takes long: what a variable
// asks for, or as much as takes some seconds.
func asked(variable, usual string) string {
	if wanted := os.Getenv(variable); wanted != "" {
		return wanted
	}
	return usual
}

// longest is how long a story may take, an hour where it is asked for more than
// usual. One that hangs would be ended by the go command only, together with all
// others and without cleaning up.
func longest() time.Duration {
	if os.Getenv(startsVariable)+os.Getenv(logVariable) != "" {
		return patience.For(time.Hour)
	}
	return patience.For(4 * time.Minute)
}

// bark ends every process of a story that takes too long, and with them
// whatever it waits for.
func (s *story) bark(test testing.TB) {
	test.Errorf("the story takes longer than %v; ending its processes", longest())
	members, err := s.Scope.Signal(unix.SIGKILL)
	if err != nil {
		test.Error(err)
	}
	for _, member := range members {
		test.Logf("ended %d %s", member.PID, member.Command)
	}
}

// end fails the test when the story left anything, and then clears away what
// is left, whatever happened.
func (s *story) end(test testing.TB) {
	for _, terminal := range s.terminals {
		terminal.close()
	}
	if before, ok := s.snapshots[start]; ok {
		s.judge(test, before)
	}
	if err := s.Clear(); err != nil {
		test.Log(err)
	}
	if err := s.Close(); err != nil {
		test.Errorf("removing the story's directory: %v", err)
	}
}

// judge says what a story left. After a failure that is no verdict, but may
// help to find the cause.
func (s *story) judge(test testing.TB, before snapshot.Snapshot) {
	limit := patience.Usual()
	if test.Failed() {
		limit = 0
	}
	d, err := s.Settle(before, limit)
	switch {
	case err != nil:
		test.Errorf("looking for leaks: %v", err)
	case d.Empty():
	case test.Failed():
		test.Logf("when the story failed, the host differed from its start by:\n%s", d)
	default:
		test.Errorf("the story left the host changed:\n%s", d)
	}
}
