package launch

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Launch makes a process of the calling thread that carries the plan out. It has the
// thread's namespaces, root and directory. A failure of the plan it writes as a
// Failure to the descriptor Status.
func (p *Plan) Launch() (Child, error) { return p.LaunchInto(0, nil) }

// LaunchInto is Launch for a process in new namespaces (CLONE_NEW… flags) and in a
// version 2 cgroup, by its directory; nil is the thread's own. It is ENOSYS where
// a seccomp filter keeps clone3(2) and with it the cgroup from mydocker. A process
// that could not be made can be tried again.
func (p *Plan) LaunchInto(namespaces uintptr, cgroup *os.File) (Child, error) {
	launcher, err := p.launcher()
	if err != nil {
		return Child{}, err
	}
	defer launcher.Close()
	pidfd := place(p, int32(-1))
	arguments := place(p, cloneArguments{
		flags:      unix.CLONE_VM | unix.CLONE_VFORK | unix.CLONE_PIDFD | uint64(namespaces),
		pidfd:      uint64(address(pidfd)),
		exitSignal: uint64(unix.SIGCHLD),
	})
	if cgroup != nil {
		arguments.flags |= unix.CLONE_INTO_CGROUP
		arguments.cgroup = uint64(cgroup.Fd())
	}
	pid, err := p.spawn(launcher, arguments)
	if pid == 0 { // and the descriptor, if the kernel has written one, is somebody else's by now
		return Child{}, fmt.Errorf("making a process: %w", err)
	}
	child := Child{Pid: pid, Pidfd: os.NewFile(uintptr(*pidfd), "pidfd")}
	if err != nil {
		child.reap()
		return Child{}, fmt.Errorf("making a process: %w", err)
	}
	return child, nil
}

// executeError says why a process that was made has not executed its launcher, and
// ended.
type executeError struct{ errno syscall.Errno }

func (e *executeError) Error() string { return "executing its launcher (execveat): " + e.errno.Error() }

// Release gives back the memory of a plan that is not launched any more.
func (p *Plan) Release() { p.memory.release() }

// cloneArguments is struct clone_args with what Linux 5.7 added (clone(2)).
type cloneArguments struct {
	flags, pidfd, childTID, parentTID, exitSignal, stack, stackSize, tls, setTID, setTIDSize, cgroup uint64
}

// spawn makes the process, by way of clone3(2), or of clone(2) under a seccomp
// filter, which cannot see clone3's flags and says that there is none.
func (p *Plan) spawn(launcher *os.File, arguments *cloneArguments) (pid int, err error) {
	name, _ := placeText(p, launcherName)
	program := place(p, [5]uintptr{launcher.Fd(), address(place(p, byte(0))), address(place(p, [2]*byte{name})), 0, unix.AT_EMPTY_PATH})
	// Nobody else's child shall have the plan's files.
	syscall.ForkLock.Lock()
	defer syscall.ForkLock.Unlock()
	p.handOver(0)
	defer p.handOver(unix.FD_CLOEXEC)
	pid, err = p.try(&[6]uintptr{unix.SYS_CLONE3, address(arguments), unsafe.Sizeof(*arguments)}, program)
	if err == unix.ENOSYS && arguments.flags&unix.CLONE_INTO_CGROUP == 0 {
		flags := uintptr(arguments.flags | arguments.exitSignal)
		pid, err = p.try(&[6]uintptr{unix.SYS_CLONE, flags, 0, uintptr(arguments.pidfd)}, program)
	}
	runtime.KeepAlive(p)
	return pid, err
}

// handOver lets the plan's files live on in the launcher, or not.
func (p *Plan) handOver(flags int) {
	for _, file := range p.files {
		unix.FcntlInt(file.Fd(), unix.F_SETFD, flags)
	}
}

func (p *Plan) try(how *[6]uintptr, program *[5]uintptr) (pid int, err error) {
	failed := place(p, uintptr(0))
	result := spawnBetween(how, program, failed)
	const lastError = ^uintptr(0) - 4095
	switch {
	case result > lastError:
		return 0, syscall.Errno(-result)
	case *failed != 0:
		return int(result), &executeError{syscall.Errno(*failed)}
	}
	return int(result), nil
}

// The runtime blocks signals around a fork, so that no handler of the parent
// runs in the child, which has all of them blocked therefore.
//
//go:linkname beforeFork syscall.runtime_BeforeFork
func beforeFork()

//go:linkname afterFork syscall.runtime_AfterFork
func afterFork()

// spawnBetween is spawn with all signals blocked.
//
//go:noinline
//go:norace
func spawnBetween(how *[6]uintptr, program *[5]uintptr, failed *uintptr) uintptr {
	beforeFork() // from here on the stack stays where it is
	pid := spawn(how, program, failed)
	afterFork()
	return pid
}

// spawn makes a system call of the clone(2) family, with CLONE_VM and CLONE_VFORK,
// how[0] being its number, and has the child execute a program (execveat(2)). It
// gives the pid, or the negative error; failed is why the program was not executed.
//
//go:noescape
func spawn(how *[6]uintptr, program *[5]uintptr, failed *uintptr) (pid uintptr)
