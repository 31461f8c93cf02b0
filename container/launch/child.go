package launch

import (
	"os"

	"golang.org/x/sys/unix"
)

// Child is a process that works through its plan.
type Child struct {
	Pid   int
	Pidfd *os.File
}

// Kill ends a child that is not wanted, and reaps it.
func (c Child) Kill() {
	unix.PidfdSendSignal(int(c.Pidfd.Fd()), unix.SIGKILL, nil, 0)
	c.reap()
}

// reap waits for the child's end.
func (c Child) reap() {
	c.Pidfd.Close()
	for {
		if _, err := unix.Wait4(c.Pid, nil, 0, nil); err != unix.EINTR {
			return
		}
	}
}
