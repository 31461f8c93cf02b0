// Package launch makes a process into a program: session, descriptors, limits,
// credentials, and at last execve(2). These steps are data, a list of system
// calls that ordinary code prepares. The same list can so be run by a process
// itself; by a launcher, which is a program of a few pages written for it; and by a
// child that was just forked from a Go program, in which no Go code may run that
// allocates, grows its stack or waits for another thread.
package launch

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Plan is what a process does between its birth and its program.
type Plan struct {
	steps  []step
	files  []*os.File // whose descriptors the steps use
	memory memory     // what their arguments point at

	unbound uint64 // capabilities that are out of the bounding set by now, a bit for each

	program program
}

// step is one system call.
type step struct {
	number    uintptr
	arguments [6]uintptr

	wants     uintptr       // the only good result, or anything
	tolerates syscall.Errno // an error that is not one here
	search    bool          // a try to execute; where nothing is, the next step tries elsewhere
	splits    bool          // it makes a child, which goes on; this process tells of it and ends
	store     *int32        // where the result goes, for a later step; nil: nowhere
	load      *int32        // the first argument, which an earlier step has stored; nil: it is in arguments

	explain func(syscall.Errno) error
}

// anything is what a step wants whose every result is good.
const anything = ^uintptr(0)

// Failure says which step of a plan went wrong. It has a fixed layout, because
// a new process writes it into a pipe as it stands.
type Failure struct {
	Step  int32
	Errno int32
}

// do adds a system call; doing says in messages what it is for, such as
// "setting umask".
func (p *Plan) do(doing string, number uintptr, arguments ...uintptr) *step {
	added := step{number: number, wants: anything}
	copy(added.arguments[:], arguments)
	added.explain = failed(doing)
	p.steps = append(p.steps, added)
	return &p.steps[len(p.steps)-1]
}

func failed(doing string) func(syscall.Errno) error {
	return func(errno syscall.Errno) error { return fmt.Errorf("%s: %w", doing, errno) }
}

// writeFile writes a text to a file below a directory, in one piece.
func (p *Plan) writeFile(directory uintptr, name, text string, opening, writing func(syscall.Errno) error) {
	path, _ := placeText(p, name)
	opened := place(p, int32(0))
	open := p.do("", unix.SYS_OPENAT, directory, address(path), unix.O_WRONLY|unix.O_CLOEXEC)
	open.store, open.explain = opened, opening
	write := p.do("", unix.SYS_WRITE, 0, address(placeAll(p, []byte(text))), uintptr(len(text)))
	write.load, write.wants, write.explain = opened, uintptr(len(text)), writing
}

// keep keeps a file open for as long as the plan.
func (p *Plan) keep(file *os.File) { p.files = append(p.files, file) }

// Run carries the plan out in the calling thread. It returns only when it
// went wrong.
func (p *Plan) Run() Failure {
	failed, errno := execute(p.steps)
	return Failure{Step: int32(failed), Errno: int32(errno)}
}

// execute makes the system calls one by one up to the first that fails, and
// gives its index. It runs in forked children: no allocation, no stack growth,
// nothing but raw system calls.
//
//go:nosplit
//go:norace
func execute(steps []step) (int, syscall.Errno) {
	missing := syscall.ENOENT
	for i := 0; i < len(steps); {
		s := &steps[i]
		a := &s.arguments
		if s.load != nil {
			a[0] = uintptr(*s.load)
		}
		result, _, errno := syscall.RawSyscall6(s.number, a[0], a[1], a[2], a[3], a[4], a[5])
		switch {
		case errno == syscall.EINTR:
			continue
		case s.search && (errno == syscall.ENOENT || errno == syscall.ENOTDIR):
		case s.search && errno == syscall.EACCES:
			missing = syscall.EACCES
		case errno != 0 && errno != s.tolerates:
			return i, errno
		case errno == 0 && s.wants != anything && result != s.wants:
			return i, syscall.EPIPE
		case errno == 0 && s.store != nil:
			*s.store = int32(result)
		}
		i++
	}
	return len(steps) - 1, missing
}
