package launch

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Child is a process that was forked and works through its plan.
type Child struct {
	Pid   int
	Pidfd *os.File
}

// Kill ends a child that is not wanted, and reaps it.
func (c Child) Kill() {
	unix.PidfdSendSignal(int(c.Pidfd.Fd()), unix.SIGKILL, nil, 0)
	c.Pidfd.Close()
	unix.Wait4(c.Pid, nil, 0, nil)
}

// The runtime blocks signals around a fork, so that no handler of the parent
// runs in the child.
//
//go:linkname beforeFork syscall.runtime_BeforeFork
func beforeFork()

//go:linkname afterFork syscall.runtime_AfterFork
func afterFork()

// Fork makes a child of the calling thread that carries the plan out. The
// child has the thread's namespaces, root and directory. A failure of the plan
// it writes as a Failure to the descriptor Status.
func (p *Plan) Fork() (Child, error) { return p.ForkInto(0, nil) }

// ForkInto is Fork for a child in new namespaces (CLONE_NEW… flags) and in a
// version 2 cgroup, by its directory; nil is the thread's own. It is ENOSYS where
// a seccomp filter keeps clone3(2) and with it the cgroup from mydocker.
func (p *Plan) ForkInto(namespaces uintptr, cgroup *os.File) (Child, error) {
	pidfd := place(p, int32(-1))
	arguments := &cloneArguments{
		flags:      unix.CLONE_PIDFD | uint64(namespaces),
		pidfd:      uint64(address(pidfd)),
		exitSignal: uint64(unix.SIGCHLD),
	}
	if p.self != nil {
		arguments.flags |= unix.CLONE_CHILD_SETTID
		arguments.childTID = uint64(address(p.self))
	}
	if cgroup != nil {
		arguments.flags |= unix.CLONE_INTO_CGROUP
		arguments.cgroup = uint64(cgroup.Fd())
	}
	pid, errno := p.fork(arguments)
	if errno != 0 {
		return Child{}, fmt.Errorf("making a process: %w", errno)
	}
	child := Child{Pid: int(pid), Pidfd: os.NewFile(uintptr(*pidfd), "pidfd")}
	p.memory.release()
	return child, nil
}

// fork makes the child. One that could not be made can be tried again.
func (p *Plan) fork(arguments *cloneArguments) (uintptr, syscall.Errno) {
	steps := unsafe.Slice(placeAll(p, p.steps), len(p.steps))
	failure := place(p, Failure{})
	inherited := newInheritance(p)
	// Another fork at the same time could find its own stack withheld.
	syscall.ForkLock.Lock()
	pid, errno := fork(arguments, steps, failure, inherited)
	syscall.ForkLock.Unlock()
	runtime.KeepAlive(p)
	return pid, errno
}

// cloneArguments is struct clone_args with what Linux 5.7 added (clone(2)).
type cloneArguments struct {
	flags, pidfd, childTID, parentTID, exitSignal, stack, stackSize, tls, setTID, setTIDSize, cgroup uint64
}

// fork is fork(2) by way of clone3(2), or of clone(2) under a seccomp filter,
// which cannot see clone3's flags and says that there is none. Where arm64 has
// clone's child_tid, amd64 has tls, and the other way round; tls counts for
// threads alone. The child leaves it never: it becomes the program or ends.
//
//go:noinline
//go:norace
func fork(arguments *cloneArguments, steps []step, failure *Failure, inherited *inheritance) (uintptr, syscall.Errno) {
	beforeFork() // from here on the stack stays where it is
	inherited.limit(uintptr(unsafe.Pointer(&failure)))
	pid, _, errno := syscall.RawSyscall(unix.SYS_CLONE3, uintptr(unsafe.Pointer(arguments)), unsafe.Sizeof(*arguments), 0)
	if errno == syscall.ENOSYS && arguments.flags&unix.CLONE_INTO_CGROUP == 0 {
		pid, _, errno = syscall.RawSyscall6(unix.SYS_CLONE, uintptr(arguments.flags|arguments.exitSignal), 0,
			uintptr(arguments.pidfd), uintptr(arguments.childTID), uintptr(arguments.childTID), 0)
	}
	if errno != 0 || pid != 0 {
		inherited.lift()
		afterFork()
		return pid, errno
	}
	failed, errno := execute(steps)
	failure.Step, failure.Errno = int32(failed), int32(errno)
	syscall.RawSyscall(unix.SYS_WRITE, Status, uintptr(unsafe.Pointer(failure)), unsafe.Sizeof(*failure))
	for {
		syscall.RawSyscall(unix.SYS_EXIT_GROUP, 1, 0, 0)
	}
}
