package process

import (
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestAwaitEnd(t *testing.T) {
	awaitSleeper(t, func() {})
}

// Without a descriptor to spare Go's poller cannot wait.
func TestAwaitEndWithoutThePoller(t *testing.T) {
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	awaitSleeper(t, func() {
		unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 1, Max: before.Max})
		t.Cleanup(func() { unix.Setrlimit(unix.RLIMIT_NOFILE, &before) })
	})
}

// awaitSleeper waits for a process that is killed meanwhile. prepare is called when there
// is one.
func awaitSleeper(t *testing.T, prepare func()) {
	command := exec.Command("sleep", "60")
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	defer command.Wait()
	defer command.Process.Kill()
	start, err := Start(command.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	pidfd, err := Open(command.Process.Pid, start)
	if err != nil {
		t.Fatal(err)
	}
	defer pidfd.Close()
	prepare()
	waited := make(chan error, 1)
	go func() { waited <- AwaitEnd(pidfd) }()
	select {
	case err := <-waited:
		t.Fatalf("it came back while the process lived: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	command.Process.Kill()
	if err := <-waited; err != nil {
		t.Error(err)
	}
}
