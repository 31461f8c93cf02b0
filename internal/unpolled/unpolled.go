// Package unpolled opens files that Go's poller does not get to know. A read of one
// keeps its thread waiting, as read(2) does; and a program that has no others needs no
// thread that waits for files.
package unpolled

import (
	"os"

	"golang.org/x/sys/unix"
)

// Open is os.OpenFile for what is there already.
func Open(name string, flags int) (*os.File, error) {
	for {
		fd, err := unix.Open(name, flags|unix.O_CLOEXEC, 0)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return nil, &os.PathError{Op: "open", Path: name, Err: err}
		}
		return os.NewFile(uintptr(fd), name), nil
	}
}

// Polled makes one of the files that Go polls out of a file, which it closes.
func Polled(file *os.File) (*os.File, error) {
	defer file.Close()
	return PolledCopy(file)
}

// PolledCopy gives a duplicate of a file's descriptor that Go polls. What is open behind
// both does not block any more.
func PolledCopy(file *os.File) (*os.File, error) {
	fd, err := unix.FcntlInt(file.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err == nil {
		err = unix.SetNonblock(fd, true)
	}
	if err != nil {
		unix.Close(fd)
		return nil, os.NewSyscallError("fcntl", err)
	}
	return os.NewFile(uintptr(fd), file.Name()), nil
}

// Pipe is os.Pipe.
func Pipe() (read, write *os.File, err error) {
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC); err != nil {
		return nil, nil, os.NewSyscallError("pipe2", err)
	}
	return os.NewFile(uintptr(ends[0]), "|0"), os.NewFile(uintptr(ends[1]), "|1"), nil
}
