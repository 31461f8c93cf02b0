package launch

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Whoever takes the second process over may name another one in its place, which is
// then neither adopted nor harmed.
func TestOnlyAChildIsAdopted(t *testing.T) {
	stranger := orphan(t)
	status, theirs, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer status.Close()
	lie := Failure{Step: born, Errno: int32(stranger)}
	theirs.Write(bytesOf(&lie, 1))
	theirs.Close()
	first := exec.Command("true")
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	second, _, _, err := AwaitSplit(Child{Pid: first.Process.Pid}, status)
	if err == nil || second.Pid != 0 {
		t.Errorf("adopted pid %d (%v)", second.Pid, err)
	}
	second.Kill()
	if err := unix.Kill(stranger, 0); err != nil {
		t.Errorf("the stranger is gone: %v", err)
	}
}

// orphan is a process that is not a child of the test.
func orphan(t *testing.T) (pid int) {
	t.Helper()
	told, err := exec.Command("/bin/sh", "-c", "sleep 1000 >/dev/null 2>&1 & echo $!").Output()
	if err == nil {
		pid, err = strconv.Atoi(strings.TrimSpace(string(told)))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Kill(pid, unix.SIGKILL) })
	return pid
}
