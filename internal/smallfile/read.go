// Package smallfile reads small files with three system calls. os.ReadFile takes
// seven, most of them for what regular files cannot do or to learn a size that
// /proc does not tell.
package smallfile

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/unix"
)

// usual is more than the files of /proc and the notes about containers in flight
// hold; a container's record takes a second read.
const usual = 2048

// Read gives what os.ReadFile gives, and errors that say the same.
func Read(path string) ([]byte, error) {
	fd, err := retried(func() (int, error) { return unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0) })
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	defer unix.Close(fd)
	data, err := readAll(fd)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: path, Err: err}
	}
	return data, nil
}

// readAll takes a read that does not fill the buffer for the last one, which it
// is of a regular file and of those in /proc.
func readAll(fd int) ([]byte, error) {
	data := make([]byte, 0, usual)
	for {
		n, err := retried(func() (int, error) { return unix.Read(fd, data[len(data):cap(data)]) })
		if err != nil {
			return nil, err
		}
		data = data[:len(data)+n]
		if n == 0 || len(data) < cap(data) {
			return data, nil
		}
		data = append(data, 0)[:len(data)] // more room
	}
}

// retried repeats a call that a signal has interrupted.
func retried(call func() (int, error)) (n int, err error) {
	for {
		if n, err = call(); !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}
