package process

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Open gives a pidfd (pidfd_open(2)) of the process that was started at start.
// It is close-on-exec. A process that has ended, or whose pid belongs to
// another one by now, is ErrGone.
func Open(pid int, start uint64) (*os.File, error) {
	fd, err := unix.PidfdOpen(pid, 0)
	if err == unix.ESRCH {
		return nil, ErrGone
	}
	if err != nil {
		return nil, fmt.Errorf("opening pidfd of pid %d: %w", pid, err)
	}
	pidfd := os.NewFile(uintptr(fd), "pidfd")
	// The pidfd stands for whoever had the pid when it was opened. The start
	// time, read afterwards, tells who that was: the pid cannot have changed
	// hands and back.
	if !Alive(pid, start) {
		pidfd.Close()
		return nil, ErrGone
	}
	return pidfd, nil
}

// Signal sends a signal to the process that was started at start, and never to
// another one that has its pid by now; that is ErrGone.
func Signal(pid int, start uint64, signal unix.Signal) error {
	pidfd, err := Open(pid, start)
	if err != nil {
		return err
	}
	defer pidfd.Close()
	return Send(pidfd, signal)
}

// Send sends a signal to the process behind a pidfd, or ErrGone.
func Send(pidfd *os.File, signal unix.Signal) error {
	err := unix.PidfdSendSignal(int(pidfd.Fd()), signal, nil, 0)
	if err == unix.ESRCH {
		return ErrGone
	}
	if err != nil {
		return fmt.Errorf("sending %s: %w", unix.SignalName(signal), err)
	}
	return nil
}
