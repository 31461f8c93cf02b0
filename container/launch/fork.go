package launch

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Fork is Launch for a place where a launcher might not be made or executed, in a
// container with a system call filter and a security profile. The child has all of
// this process' memory.
func (p *Plan) Fork() (Child, error) {
	pidfd := place(p, int32(-1))
	pid, errno := fork(address(pidfd), p.steps, &Failure{})
	runtime.KeepAlive(p)
	if errno != 0 {
		return Child{}, fmt.Errorf("making a process: %w", errno)
	}
	return Child{Pid: int(pid), Pidfd: os.NewFile(uintptr(*pidfd), "pidfd")}, nil
}

// fork is fork(2). The child leaves it never: it becomes the program or ends.
//
//go:noinline
//go:norace
func fork(pidfd uintptr, steps []step, failure *Failure) (uintptr, syscall.Errno) {
	beforeFork() // from here on the stack stays where it is
	pid, _, errno := syscall.RawSyscall6(unix.SYS_CLONE, unix.CLONE_PIDFD|uintptr(unix.SIGCHLD), 0, pidfd, 0, 0, 0)
	if errno != 0 || pid != 0 {
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
