// Package smallfile reads small files with three system calls. os.ReadFile takes
// seven, most of them for what regular files cannot do or to learn a size that
// /proc does not tell.
package smallfile

import (
	"bytes"
	"errors"
	"io/fs"
	"sync"

	"golang.org/x/sys/unix"
)

// usual is more than the files of /proc, the notes about containers in flight and
// nearly all records hold.
const usual = 16 << 10

// buffers are kept for the next file: a listing reads a thousand of them.
var buffers = sync.Pool{New: func() any { return new(make([]byte, 0, usual)) }}

// Read gives what os.ReadFile gives, and errors that say the same.
func Read(path string) (data []byte, err error) {
	err = Use(path, func(content []byte) error {
		data = bytes.Clone(content)
		return nil
	})
	return data, err
}

// Use hands the content of a file over, which is valid until use returns, and
// gives its error.
func Use(path string, use func(content []byte) error) error {
	fd, err := retried(func() (int, error) { return unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0) })
	if err != nil {
		return &fs.PathError{Op: "open", Path: path, Err: err}
	}
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	*buffer, err = readAll(fd, (*buffer)[:0])
	unix.Close(fd)
	if err != nil {
		return &fs.PathError{Op: "read", Path: path, Err: err}
	}
	return use(*buffer)
}

// readAll takes a read that does not fill the buffer for the last one, which it
// is of a regular file, and of those in /proc that say one thing, such as stat. A list
// there, such as mounts, comes in pieces of a page.
func readAll(fd int, data []byte) ([]byte, error) {
	for {
		n, err := retried(func() (int, error) { return unix.Read(fd, data[len(data):cap(data)]) })
		if err != nil {
			return data, err
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
