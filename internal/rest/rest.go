// Package rest reads to its end what a program writes that may have left its file
// open to others: to processes that outlive it, or that it sent it to. Nobody waits
// for those when the program itself has ended.
package rest

import (
	"errors"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// grace is what a terminal gets for passing on what was written last; the kernel
// does so in the background.
const grace = 200 * time.Millisecond

// Reader reads a pipe or a terminal's master to its end or, after End, until what
// was in it then is read.
type Reader struct {
	File *os.File

	ending bool
	left   int // to be read, while ending
}

// End says that the program has ended whose output goes into these files.
func End(files ...*os.File) {
	for _, file := range files {
		deadline := time.Now()
		if isTerminal(file) {
			deadline = deadline.Add(grace)
		}
		file.SetReadDeadline(deadline) // one that is closed or nil has ended
	}
}

func isTerminal(file *os.File) bool {
	_, err := ask(file, func(fd int) (*unix.Termios, error) { return unix.IoctlGetTermios(fd, unix.TCGETS) })
	return err == nil
}

func ask[T any](file *os.File, question func(fd int) (T, error)) (answer T, err error) {
	raw, err := file.SyscallConn()
	if err != nil {
		return answer, err
	}
	var failed error
	err = raw.Control(func(fd uintptr) { answer, failed = question(int(fd)) })
	return answer, errors.Join(err, failed)
}

func (r *Reader) Read(buffer []byte) (int, error) {
	if r.ending {
		if r.left == 0 {
			return 0, io.EOF
		}
		buffer = buffer[:min(len(buffer), r.left)]
	}
	n, err := r.File.Read(buffer)
	r.left -= n
	if r.ending || !errors.Is(err, os.ErrDeadlineExceeded) {
		return n, err
	}
	if err := r.end(); err != nil {
		return n, err
	}
	return r.Read(buffer)
}

// end finds out what is left. It is there already, so that nothing waits for it;
// what others write meanwhile comes behind it.
func (r *Reader) end() (err error) {
	r.ending = true
	r.left, err = ask(r.File, func(fd int) (int, error) { return unix.IoctlGetInt(fd, unix.TIOCINQ) })
	return errors.Join(err, r.File.SetReadDeadline(time.Time{}))
}
