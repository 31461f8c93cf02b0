// Package detach lets a command tell its caller that it is through, and stay: as daemon(3)
// does, but without a second process that would have to start anew, which takes Go
// milliseconds.
package detach

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"

	"mydocker/internal/process"
	"mydocker/internal/unpolled"
)

// words is the memory that shows others the command's words (proc_pid_cmdline(5)).
var words []byte

var left atomic.Bool

// gone is closed when the process that the caller knows has ended.
var gone = make(chan struct{})

// Begin is for the beginning of the program, before anybody keeps a part of os.Args. From
// then on the command does not outlive the process that its caller knows.
func Begin() error {
	if !Possible() {
		return nil
	}
	words = memoryOf(os.Args)
	for i, word := range os.Args {
		os.Args[i] = strings.Clone(word)
	}
	return watch(int(waiter))
}

// Possible tells whether this command can leave.
func Possible() bool { return waiter != 0 }

// memoryOf gives the memory of a program's arguments, which follow each other.
func memoryOf(arguments []string) []byte {
	size := 0
	for _, argument := range arguments {
		size += len(argument) + len("\x00")
	}
	return unsafe.Slice(unsafe.StringData(arguments[0]), size)
}

// watch ends this process with the one that the caller knows, as SIGKILL ends any other
// command.
func watch(pid int) error {
	fd, err := unix.PidfdOpen(pid, 0)
	if err == nil && os.Getppid() != pid {
		err = process.ErrGone
	}
	if err != nil {
		return fmt.Errorf("watching pid %d, for which this command works: %w", pid, err)
	}
	go func() {
		defer close(gone)
		pidfd := os.NewFile(uintptr(fd), "pidfd")
		defer pidfd.Close()
		if process.AwaitEnd(pidfd) == nil && !left.Load() {
			unix.Kill(os.Getpid(), unix.SIGKILL)
		}
	}()
	return nil
}

// Departure is all that leaving needs, so that it cannot fail.
type Departure struct {
	null       *os.File
	persistent persistence
}

// Prepare opens what is needed.
func Prepare() (*Departure, error) {
	null, err := unpolled.Open(os.DevNull, os.O_RDWR)
	if err != nil {
		return nil, err
	}
	return &Departure{null: null}, nil
}

// Close gives up leaving.
func (d *Departure) Close() error { return d.null.Close() }

// Persist keeps the signals by which people and supervisors end a command from ending
// this one until it has left.
func (d *Departure) Persist() { d.persistent.begin() }

// Leave tells the caller that the command has ended with a status. This process stays, in
// a session and under a name of its own, without the caller's files, directory and
// terminal. What is sent to the command until the caller has heard of its end ends nobody.
func (d *Departure) Leave(status int, title ...string) {
	left.Store(true)
	unix.Setsid()
	unix.Chdir("/")
	for fd := range 3 {
		unix.Dup3(int(d.null.Fd()), fd, 0)
	}
	d.null.Close()
	closeInherited()
	inscribe(words, title)
	os.WriteFile("/proc/self/comm", []byte(title[0]), 0) // a matter of comfort
	tell(int(waiter), status)
	<-gone
	d.persistent.end()
}

// closeInherited closes what a caller has had open beside its standard files, such as the
// lock of flock(1). What this program opens is closed on exec.
func closeInherited() {
	directory, err := unpolled.Open("/proc/self/fd", os.O_RDONLY)
	if err != nil {
		return
	}
	defer directory.Close()
	names, _ := directory.Readdirnames(-1)
	for _, name := range names {
		fd, _ := strconv.Atoi(name)
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		if fd > 2 && err == nil && flags&unix.FD_CLOEXEC == 0 {
			unix.Close(fd)
		}
	}
}

// tell has the process end that the caller waits for. It is the only one that waits for
// this signal. Where none can be queued (RLIMIT_SIGPENDING) the kernel delivers it without
// what it says, which stands for 0. With another status that process is killed: it must not
// wait for ever.
func tell(pid, status int) {
	information := struct {
		signal, number, code int32
		_                    int32
		pid, uid             int32
		value                uint64
		_                    [96]byte
	}{signal: leaveSignal, code: queued, pid: int32(os.Getpid()), uid: int32(os.Getuid()), value: uint64(status)}
	_, _, err := unix.RawSyscall(unix.SYS_RT_SIGQUEUEINFO, uintptr(pid), leaveSignal, uintptr(unsafe.Pointer(&information)))
	switch {
	case err != 0 && status == 0:
		unix.Kill(pid, leaveSignal)
	case err != 0:
		unix.Kill(pid, unix.SIGKILL)
	}
}
