package launch

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Child is a process that works through its plan.
type Child struct {
	Pid   int
	Pidfd *os.File
}

// Kill ends a child that is not wanted, and reaps it. One that was never made is none.
func (c Child) Kill() {
	if c.Pid == 0 {
		return
	}
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

// adopt takes on a child of which only the pid is known, from somebody who may lie: a
// program that has taken the child over could name any process of the host. Nobody but
// this process reaps its children, so that the pid of one is its own.
func adopt(pid int) (Child, error) {
	if err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil); err != nil {
		return Child{}, fmt.Errorf("finding the process that goes on: pid %d was told: %w", pid, err)
	}
	pidfd, err := unix.PidfdOpen(pid, 0)
	child := Child{Pid: pid, Pidfd: os.NewFile(uintptr(pidfd), "pidfd")}
	if err != nil {
		unix.Kill(pid, unix.SIGKILL)
		child.reap()
		return Child{}, os.NewSyscallError("pidfd_open", err)
	}
	return child, nil
}
