package state

import (
	"errors"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/internal/flock"
)

// lockOpen locks an open file, or closes it.
func lockOpen(file *os.File, patience time.Duration) error {
	err := flock.Try(int(file.Fd()))
	if err == unix.EWOULDBLOCK && patience > 0 {
		return queue(file, patience)
	}
	if err != nil {
		file.Close()
	}
	if err == unix.EWOULDBLOCK {
		return ErrLocked
	}
	return err
}

// queue stands in line for the lock. One that comes too late is passed on.
func queue(file *os.File, patience time.Duration) error {
	announce(file) // where there are no marks the holder removes the file, and this one opens another
	return standInLine(file, patience)
}

// standInLine is queue without a mark on the file.
func standInLine(file *os.File, patience time.Duration) error {
	err := flock.Await(int(file.Fd()), patience, func(err error) { passOn(file, err) })
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return ErrLocked
	case err != nil:
		file.Close()
	}
	return err
}

// passOn lets go of a lock that nobody needs, if there was no error in taking it.
func passOn(file *os.File, err error) {
	if err == nil && stillThere(file) {
		(&Lock{file: file}).Release()
		return
	}
	file.Close()
}

// announce says by a mark on the file that somebody waits for its lock, or has a
// share of it (an open file description lock, fcntl_locking(2)), until the file is
// closed.
func announce(file *os.File) error {
	return unix.FcntlFlock(file.Fd(), unix.F_OFD_SETLK, mark(unix.F_RDLCK))
}

// isAwaited tells whether somebody else has announced himself.
func isAwaited(file *os.File) bool {
	found := mark(unix.F_WRLCK)
	err := unix.FcntlFlock(file.Fd(), unix.F_OFD_GETLK, found)
	return err == nil && found.Type != unix.F_UNLCK
}

func mark(kind int16) *unix.Flock_t {
	return &unix.Flock_t{Type: kind, Whence: io.SeekStart, Start: 0, Len: 1}
}
