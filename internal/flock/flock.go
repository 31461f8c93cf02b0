// Package flock takes the locks of flock(2).
package flock

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Try takes the lock of an open file. unix.EWOULDBLOCK says that somebody else
// has it.
func Try(fd int) error { return lock(fd, unix.LOCK_EX|unix.LOCK_NB) }

// Look is Try for a lock that many may share, and that keeps one who wants it for
// himself out.
func Look(fd int) error { return lock(fd, unix.LOCK_SH|unix.LOCK_NB) }

// Share is Look, and waits for one who has it for himself.
func Share(fd int) error { return lock(fd, unix.LOCK_SH) }

// Await takes it when it is this one's turn: it stands in the kernel's line of
// those who want the lock. Trying again and again would let others pass, and a
// hundred who try keep the processors from the one who works.
//
// When patience ends first the error is os.ErrDeadlineExceeded. Nobody can leave
// the kernel's line before it is his turn: late is called then, with the error
// that Await would have given, and closes the file.
func Await(fd int, patience time.Duration, late func(error)) error {
	taken, left := make(chan error), make(chan struct{})
	go func() {
		err := lock(fd, unix.LOCK_EX)
		select {
		case taken <- err:
		case <-left:
			late(err)
		}
	}()
	select {
	case err := <-taken:
		return err
	case <-time.After(patience):
		close(left)
		return os.ErrDeadlineExceeded
	}
}

// lock is flock(2), which a signal may interrupt.
func lock(fd, how int) error {
	for {
		if err := unix.Flock(fd, how); err != unix.EINTR {
			return err
		}
	}
}
