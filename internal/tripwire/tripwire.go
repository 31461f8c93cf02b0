// Package tripwire tells tests whether somebody has opened a file that nobody is to
// open (inotify(7)).
package tripwire

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Wire is at a file, whatever that is called later.
type Wire struct{ fd int }

// At puts a wire at a file. Who looks at the file by O_PATH does not touch it.
func At(path string) (Wire, error) {
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		return Wire{}, fmt.Errorf("watching %q: %w", path, err)
	}
	if _, err := unix.InotifyAddWatch(fd, path, unix.IN_OPEN|unix.IN_DONT_FOLLOW); err != nil {
		unix.Close(fd)
		return Wire{}, fmt.Errorf("watching %q: %w", path, err)
	}
	return Wire{fd}, nil
}

// Touched tells whether the file was opened since the last call.
func (w Wire) Touched() (bool, error) {
	n, err := unix.Read(w.fd, make([]byte, 4096))
	if errors.Is(err, unix.EAGAIN) {
		return false, nil
	}
	return n > 0, err
}

// Close takes the wire away.
func (w Wire) Close() error { return unix.Close(w.fd) }
