package bridge

import (
	"os/exec"
	"syscall"
	"testing"
)

// sleeper starts a process in a network namespace of its own, which is there
// once its pid is known, and ends it with the test.
func sleeper(t *testing.T) (pid int) {
	t.Helper()
	command := exec.Command("sleep", "60")
	command.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		command.Process.Kill()
		command.Wait()
	})
	return command.Process.Pid
}
