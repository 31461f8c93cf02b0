// Package openat2 opens files by openat2(2), again where the kernel asks for it.
package openat2

import (
	"errors"

	"golang.org/x/sys/unix"
)

// tries is how often an open is tried. Each takes microseconds, and what gets
// in the way is a rename or a mount that somebody makes at that very moment.
const tries = 1000

// Open is openat2(2). Where a path leads through ".." while anything on the
// host is renamed or mounted, the kernel cannot tell whether it stayed beneath
// the directory, and answers EAGAIN: "userspace should retry" (openat2(2)).
func Open(directory int, name string, how *unix.OpenHow) (fd int, err error) {
	for range tries {
		fd, err = unix.Openat2(directory, name, how)
		if !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR) {
			return fd, err
		}
	}
	return fd, err
}
