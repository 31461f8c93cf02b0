package engine

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"mydocker/state"
)

// TestOnlyItsOwnRunIsWaitedFor has the monitor of the next run, which is this
// process, listen where the dead one of the run did that is watched.
func TestOnlyItsOwnRunIsWaitedFor(t *testing.T) {
	const id = "0000000001"
	directory := t.TempDir()
	e := New(state.Layout{Root: directory, RunRoot: directory})
	if err := os.MkdirAll(e.Layout.LiveContainer(id), 0o700); err != nil {
		t.Fatal(err)
	}
	listener, err := e.listen(id)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	select {
	case code, told := <-e.watch(id, &Live{Owner: deadProcess(t)}):
		if told {
			t.Errorf("somebody told of status %d", code)
		}
	case <-time.After(10 * time.Second):
		t.Error("waiting for the end of the next run")
	}
}

// deadProcess names a process that has ended.
func deadProcess(t *testing.T) Reference {
	t.Helper()
	child := exec.Command("true")
	if err := child.Run(); err != nil {
		t.Fatal(err)
	}
	return Reference{PID: child.Process.Pid, Start: 1}
}
