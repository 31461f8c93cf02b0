package state

import (
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// flock locks an open file, or closes it.
func flock(file *os.File, patience time.Duration) error {
	err := lockNow(file, unix.LOCK_EX|unix.LOCK_NB)
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

// lockNow is flock(2), which a signal may interrupt.
func lockNow(file *os.File, how int) error {
	for {
		if err := unix.Flock(int(file.Fd()), how); err != unix.EINTR {
			return err
		}
	}
}

// queue stands in the kernel's line of those who want the lock. Trying again and
// again would let others pass, and a hundred who try keep the processors from
// the one who works.
func queue(file *os.File, patience time.Duration) error {
	announce(file)
	taken := make(chan error, 1)
	go func() { taken <- lockNow(file, unix.LOCK_EX) }()
	select {
	case err := <-taken:
		if err != nil {
			file.Close()
		}
		return err
	case <-time.After(patience):
		go abandon(file, taken)
		return ErrLocked
	}
}

// abandon passes on a lock that comes too late: nobody can leave the kernel's
// line before it is his turn.
func abandon(file *os.File, taken <-chan error) {
	if <-taken == nil && stillThere(file) {
		(&Lock{file: file}).Release()
		return
	}
	file.Close()
}

// announce says by a mark on the file that somebody waits for its lock (an open
// file description lock, fcntl_locking(2)), until the file is closed. Where the
// file system has none, who waits opens another file: that is no error.
func announce(file *os.File) {
	unix.FcntlFlock(file.Fd(), unix.F_OFD_SETLK, mark(unix.F_RDLCK))
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
