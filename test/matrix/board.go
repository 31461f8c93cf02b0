package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/internal/process"
)

// board is the directory by which the points of a test build are worked
// (package failpoint). Its paths mean something to the thread that made it.
type board struct {
	directory string
	letGo     *os.File
	hung      chan struct{} // a process hangs at its point
}

func newBoard(directory string) (*board, error) {
	b := &board{directory: directory, hung: make(chan struct{}, 1)}
	if err := os.Mkdir(directory, 0o700); err != nil {
		return nil, err
	}
	hung, err := b.fifo("hung")
	if err == nil {
		b.letGo, err = b.fifo("go")
	}
	if err == nil {
		go b.listen(hung)
	}
	return b, err
}

func (b *board) listen(hung *os.File) {
	for line := make([]byte, 4096); ; {
		if _, err := hung.Read(line); err != nil {
			return
		}
		b.hung <- struct{}{}
	}
}

// fifo makes a FIFO. This end of it can be read and written, so that it never
// ends, and waits without a thread.
func (b *board) fifo(name string) (*os.File, error) {
	if err := unix.Mkfifo(b.path(name), 0o600); err != nil {
		return nil, fmt.Errorf("making FIFO %q: %w", name, err)
	}
	return os.OpenFile(b.path(name), os.O_RDWR|unix.O_NONBLOCK, 0)
}

func (b *board) path(name string) string { return filepath.Join(b.directory, name) }

func (b *board) environment() string { return "MYDOCKER_FAILPOINT_DIR=" + b.directory }

// clear forgets what was.
func (b *board) clear() error {
	if err := drain(b.letGo); err != nil {
		return err
	}
	select {
	case <-b.hung:
	default:
	}
	return os.WriteFile(b.path("pids"), nil, 0o600)
}

// drain takes what nobody has read from a FIFO, and does not wait.
func drain(fifo *os.File) error {
	raw, err := fifo.SyscallConn()
	if err != nil {
		return err
	}
	return raw.Read(func(fd uintptr) bool {
		unix.Read(int(fd), make([]byte, 4096))
		return true
	})
}

// arm has the points counted from now on, and what is planned happen.
func (b *board) arm(plan string) error {
	if err := os.WriteFile(b.path("hits"), nil, 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(b.path("plan.new"), []byte(plan), 0o600); err != nil {
		return err
	}
	return os.Rename(b.path("plan.new"), b.path("plan"))
}

func (b *board) disarm() error { return os.Remove(b.path("plan")) }

// hits gives the points that were reached, and "born ROLE" for each process
// that was made in between.
func (b *board) hits() []string {
	text, _ := os.ReadFile(b.path("hits"))
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

// release lets the process go on that hangs.
func (b *board) release() { b.letGo.Write([]byte{1}) }

// actor is a process that plays a role.
type actor struct {
	role  string
	pid   int
	start uint64
}

func (a actor) alive() bool { return process.Alive(a.pid, a.start) }

// working tells whether the process can still do anything. A container's init
// that was killed is there until all others in it have been collected, which
// may take somebody who hangs, and while it is frozen.
func (a actor) working() bool {
	look, err := process.LookAt(a.pid)
	return err == nil && a.alive() && !(a.role == "init" && (look.Exiting || a.doomed()))
}

// doomed tells whether SIGKILL has been sent to the process, which therefore
// runs no more of its program.
func (a actor) doomed() bool {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", a.pid))
	_, rest, _ := strings.Cut(string(status), "\nShdPnd:")
	line, _, _ := strings.Cut(rest, "\n")
	pending, err := strconv.ParseUint(strings.TrimSpace(line), 16, 64)
	return err == nil && pending&(1<<(unix.SIGKILL-1)) != 0
}

// actors gives the processes of the roles that are alive; of all when none is
// named.
func (b *board) actors(roles ...string) []actor {
	return slices.DeleteFunc(b.cast(), func(a actor) bool {
		return len(roles) > 0 && !slices.Contains(roles, a.role) || !a.alive()
	})
}

// cast gives all processes that there have been. The last role of each counts: a command
// can become a monitor.
func (b *board) cast() (cast []actor) {
	text, _ := os.ReadFile(b.path("pids"))
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			continue
		}
		a := actor{role: fields[0]}
		a.pid, _ = strconv.Atoi(fields[1])
		a.start, _ = strconv.ParseUint(fields[2], 10, 64)
		cast = slices.DeleteFunc(cast, func(other actor) bool { return other.pid == a.pid && other.start == a.start })
		cast = append(cast, a)
	}
	return cast
}

// awaitBirth waits until it is known who plays a role. A process may come to its
// first points before the one that made it has told of it.
func (b *board) awaitBirth(role string) error {
	for deadline := time.Now().Add(longest()); len(b.actors(role)) == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("nobody has told who the %s is that hangs", role)
		}
	}
	return nil
}

// register adds a process that nobody else tells of.
func (b *board) register(role string, pid int) error {
	start, err := process.Start(pid)
	if err != nil {
		return nil // it has ended already
	}
	file, err := os.OpenFile(b.path("pids"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = fmt.Fprintf(file, "%s %d %d\n", role, pid, start)
	return err
}

// kill kills the processes of some roles and waits until they are gone.
func (b *board) kill(roles ...string) error {
	victims := b.actors(roles...)
	for _, victim := range victims {
		process.Signal(victim.pid, victim.start, unix.SIGKILL)
	}
	deadline := time.Now().Add(longest())
	for slices.ContainsFunc(victims, actor.working) {
		if time.Now().After(deadline) {
			return fmt.Errorf("killing %v: they do not end", victims)
		}
		time.Sleep(time.Millisecond)
	}
	return nil
}
