package process

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Open gives a pidfd (pidfd_open(2)) of the process that was started at start.
// It is close-on-exec. A process that has ended, or whose pid belongs to
// another one by now, is ErrGone.
func Open(pid int, start uint64) (*os.File, error) {
	fd, err := open(pid)
	if err != nil {
		return nil, err
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

// open gives the pidfd of whoever has a pid; that nobody has it is ErrGone.
func open(pid int) (pidfd int, err error) {
	pidfd, err = unix.PidfdOpen(pid, 0)
	if err == unix.ESRCH {
		return -1, ErrGone
	}
	if err != nil {
		return -1, fmt.Errorf("opening pidfd of pid %d: %w", pid, err)
	}
	return pidfd, nil
}

// HasEnded waits until the process behind a pidfd has ended (pidfd_open(2)), but
// not for longer than patience. With a patience of 0, too, a signal interrupts
// the kernel's call.
func HasEnded(pidfd int, patience time.Duration) (bool, error) {
	for deadline := time.Now().Add(patience); ; {
		readable := []unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}
		left := unix.NsecToTimespec(max(time.Until(deadline), 0).Nanoseconds())
		n, err := unix.Ppoll(readable, &left, nil)
		if err != unix.EINTR {
			return n > 0, err
		}
	}
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
