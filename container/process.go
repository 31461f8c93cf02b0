package container

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/container/launch"
	"mydocker/container/terminal"
	"mydocker/internal/process"
)

// Process is the first process of a container, or one that Exec added.
type Process struct {
	born  chan struct{} // closed when what follows is known, or never will be
	pid   int           // 0: it was never made
	start uint64
	pidfd *os.File

	sandbox  string // the path of its network namespace while it starts
	maker    side   // who makes it, until Start is through; nil after Exec
	prepared bool   // it waits at the latch
	console  *os.File

	ended   chan struct{} // closed when the process has ended
	closing sync.Once     // of that
	reaped  sync.Once
	status  ExitStatus
	err     error
}

// Pid is the process' number in the caller's pid namespace. It is 0 for one
// that could not be made, about which Ready and Start tell.
func (p *Process) Pid() int {
	<-p.born
	return p.pid
}

// StartTime is the start time that, with the pid, names the process for good
// (package process). It is 0 for one that ended before it could be read.
func (p *Process) StartTime() uint64 {
	<-p.born
	return p.start
}

// Sandbox is the path of the container's network namespace. It is there when
// Create returns, and means something until Start does.
func (p *Process) Sandbox() string { return p.sandbox }

// Console is the master side of the terminal, if there is one, after the
// process was started. The caller closes it.
func (p *Process) Console() *os.File { return p.console }

// keepConsole keeps a terminal's master side, and has the other side open until the
// process has ended. A program that has closed it, as one does which opens
// /dev/console for each message, has not written its last.
func (p *Process) keepConsole(master *os.File) error {
	p.console = master
	peer, err := terminal.Peer(master)
	if err != nil {
		return fmt.Errorf("opening the other side of the terminal: %w", err)
	}
	go func() {
		<-p.ended
		peer.Close()
	}()
	return nil
}

// Resize tells the terminal its window size in characters.
func (p *Process) Resize(width, height uint) error {
	if p.console == nil {
		return errors.New("resizing the terminal: there is none")
	}
	return terminal.Resize(p.console, &specs.Box{Width: width, Height: height})
}

// Signal sends a signal, and process.ErrGone when the process has ended. It
// never reaches another process that has the same pid by now.
func (p *Process) Signal(signal unix.Signal) error {
	<-p.born
	if p.pid == 0 {
		p.letGo()
		return process.ErrGone
	}
	return process.Send(p.pidfd, signal)
}

// letGo tells whoever could not make the process that nobody waits for it.
func (p *Process) letGo() {
	if p.maker != nil {
		p.maker.Close()
	}
}

// Wait waits for the end of the process and reaps it. It may be called many
// times, by many.
func (p *Process) Wait() (ExitStatus, error) {
	<-p.ended
	p.reap()
	return p.status, p.err
}

// EndsWithin waits until the process has ended, but not for longer than patience. The
// calling thread waits itself: no other has to run for it to go on.
func (p *Process) EndsWithin(patience time.Duration) bool {
	ended, err := process.HasEnded(int(p.pidfd.Fd()), patience)
	if err != nil || !ended {
		return false
	}
	p.tellEnd()
	return true
}

// Collect becomes a small process that collects this one, and ends then (launch.Collect).
func (p *Process) Collect(title ...string) error { return launch.Collect(p.pid, title...) }

func (p *Process) tellEnd() { p.closing.Do(func() { close(p.ended) }) }

// kill ends a process that is not wanted any more.
func (p *Process) kill() (ExitStatus, error) {
	p.Signal(unix.SIGKILL) // the only error is that it has ended already
	return p.Wait()
}

// reap collects the exit status of a process that has ended.
func (p *Process) reap() {
	p.reaped.Do(func() {
		if p.pid == 0 {
			p.err = process.ErrGone
			return
		}
		var status syscall.WaitStatus
		_, err := retried(func() (int, error) { return syscall.Wait4(p.pid, &status, 0, nil) })
		if err != nil {
			p.err = fmt.Errorf("waiting for pid %d: %w", p.pid, err)
			return
		}
		p.status = exitStatus(status)
	})
}

func exitStatus(status syscall.WaitStatus) ExitStatus {
	if status.Signaled() {
		return ExitStatus(128 + int(status.Signal()))
	}
	return ExitStatus(status.ExitStatus())
}

// awaitEnd waits, in the calling thread, until a process has ended, and leaves
// it to be reaped.
func awaitEnd(pidfd *os.File) {
	retried(func() (int, error) {
		return 0, unix.Waitid(unix.P_PIDFD, int(pidfd.Fd()), nil, unix.WEXITED|unix.WNOWAIT, nil)
	})
}

// birth is a new process, as whoever forked it knows it.
type birth struct {
	pid   int
	pidfd *os.File
}

func newProcess() *Process {
	return &Process{born: make(chan struct{}), ended: make(chan struct{})}
}

// bear makes known which process it is.
func (p *Process) bear(child birth) {
	p.pid, p.pidfd = child.pid, child.pidfd
	p.start, _ = process.Start(child.pid)
	close(p.born)
}

// keep makes a process from a thread that does nothing else until that process
// has ended. The kernel ties a process to the thread that forked it: when the
// thread ends, a process that asked for it is killed (PR_SET_PDEATHSIG). A
// thread that forked may also have changed its namespaces, and is never used
// for anything else. It calls whenEnded at the end.
func keep(fork func() (birth, error), whenEnded func(*Process)) (*Process, error) {
	type result struct {
		process *Process
		err     error
	}
	born := make(chan result)
	onOwnThread(func() {
		child, err := fork()
		if err != nil {
			born <- result{err: err}
			return
		}
		p := newProcess()
		p.bear(child)
		born <- result{process: p}
		awaitEnd(p.pidfd)
		whenEnded(p)
	})
	r := <-born
	return r.process, r.err
}

// retried repeats a system call that a signal interrupted.
func retried(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != unix.EINTR {
			return n, err
		}
	}
}
