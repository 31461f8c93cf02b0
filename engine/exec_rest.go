package engine

import (
	"io"
	"math"
	"os"

	"golang.org/x/sys/unix"
)

// carryAtOnce moves what a program has left that has ended, unless that is much, or in
// both pipes, which may lead to one place, or somebody would have to wait. It tells
// whether nothing is left.
func (p *pipes) carryAtOnce() bool {
	output, complaints := p.left(0), p.left(1)
	switch {
	case output == 0 && complaints == 0:
		return true
	case output == 0:
		return p.passOn(1, complaints)
	case complaints == 0:
		return p.passOn(0, output)
	}
	return false
}

// left is how many bytes are in a pipe for output.
func (p *pipes) left(i int) int {
	if p.outputs[i] == nil {
		return 0
	}
	left, err := unix.IoctlGetInt(int(p.outputs[i].Fd()), unix.TIOCINQ)
	if err != nil {
		return math.MaxInt
	}
	return left
}

func (p *pipes) passOn(i, left int) bool {
	if left > atOnce || !takes(p.files[1+i]) {
		return false
	}
	_, p.lost[i] = io.CopyN(p.files[1+i], p.outputs[i], int64(left))
	return true
}

// atOnce is how much a pipe takes for sure that takes anything: PIPE_BUF (pipe(7)).
const atOnce = 4096

// takes tells whether a file can be written to now.
func takes(file *os.File) bool {
	writable := []unix.PollFd{{Events: unix.POLLOUT}}
	raw, err := file.SyscallConn()
	if err == nil {
		err = raw.Control(func(fd uintptr) {
			writable[0].Fd = int32(fd)
			unix.Poll(writable, 0)
		})
	}
	return err == nil && writable[0].Revents == unix.POLLOUT
}
