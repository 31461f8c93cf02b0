// Package companion runs another process beside a test.
package companion

import (
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
)

// Program is the test's own program, whose TestMain tells by arguments or
// environment that it is to be the companion.
const Program = "/proc/self/exe"

// Start starts a companion that lives until its standard input ends, which is when
// stop is called, or the test is over. It gives what the companion prints.
func Start(t testing.TB, command *exec.Cmd) (output io.Reader, stop func()) {
	t.Helper()
	command.Stderr = os.Stderr
	input, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if output, err = command.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() {
		input.Close()
		command.Wait()
	})
	t.Cleanup(stop)
	return output, stop
}
