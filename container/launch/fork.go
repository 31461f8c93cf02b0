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

// Kill ends a child that is not wanted.
func (c Child) Kill() {
	unix.PidfdSendSignal(int(c.Pidfd.Fd()), unix.SIGKILL, nil, 0)
	c.Pidfd.Close()
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
	pidfd := new(int32)
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
	runtime.KeepAlive(pidfd)
	if errno != 0 {
		return Child{}, fmt.Errorf("making a process: %w", errno)
	}
	return Child{Pid: int(pid), Pidfd: os.NewFile(uintptr(*pidfd), "pidfd")}, nil
}

// fork makes the child, and forgets what only that needs.
func (p *Plan) fork(arguments *cloneArguments) (uintptr, syscall.Errno) {
	steps := unsafe.Slice(placeAll(p, p.steps), len(p.steps))
	failure := place(p, Failure{})
	// Another fork at the same time could find its own stack left behind.
	syscall.ForkLock.Lock()
	pid, errno := fork(arguments, steps, failure, uintptr(os.Getpagesize()))
	syscall.ForkLock.Unlock()
	runtime.KeepAlive(p)
	p.memory.release()
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
func fork(arguments *cloneArguments, steps []step, failure *Failure, pageSize uintptr) (uintptr, syscall.Errno) {
	beforeFork() // from here on the stack stays where it is
	here := uintptr(unsafe.Pointer(&pageSize))
	adviseHeap(here, pageSize, unix.MADV_DONTFORK)
	pid, _, errno := syscall.RawSyscall(unix.SYS_CLONE3, uintptr(unsafe.Pointer(arguments)), unsafe.Sizeof(*arguments), 0)
	if errno == syscall.ENOSYS && arguments.flags&unix.CLONE_INTO_CGROUP == 0 {
		pid, _, errno = syscall.RawSyscall6(unix.SYS_CLONE, uintptr(arguments.flags|arguments.exitSignal), 0,
			uintptr(arguments.pidfd), uintptr(arguments.childTID), uintptr(arguments.childTID), 0)
	}
	if errno != 0 || pid != 0 {
		adviseHeap(here, pageSize, unix.MADV_DOFORK)
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

// arenaSize is by how much Go's heap grows, at a multiple of it, on 64-bit
// systems (runtime/malloc.go, heapArenaBytes).
const arenaSize = 64 << 20

// adviseHeap has the child born without Go's heap (madvise(2), MADV_DONTFORK), or
// undoes that, but for the stack on which the thread is, which lies in the heap too.
// Otherwise both processes have all of it until either writes: then the page is
// copied, for which all processors on which the parent has threads are interrupted.
// That took a tenth of a run's time. Errors do not matter: the child has more then.
//
//go:nosplit
//go:norace
func adviseHeap(here, pageSize uintptr, advice uintptr) {
	if unsafe.Sizeof(here) < 8 {
		return // smaller arenas, beside which there is other memory
	}
	const stackPages = 2 // above and below, more than nosplit functions may need
	arena := here &^ (arenaSize - 1)
	low := here&^(pageSize-1) - stackPages*pageSize
	high := here&^(pageSize-1) + stackPages*pageSize
	if low > arena {
		syscall.RawSyscall(unix.SYS_MADVISE, arena, low-arena, advice)
	}
	if end := arena + arenaSize; high < end {
		syscall.RawSyscall(unix.SYS_MADVISE, high, end-high, advice)
	}
}
