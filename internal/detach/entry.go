package detach

import "golang.org/x/sys/unix"

// entry is where a program begins that is linked with -E mydocker/internal/detach.entry,
// and where it goes on as Go has it begin. Nothing of Go's is there yet, no thread but the
// first and no memory that two processes could not share, and so it can fork.
//
// It does where the words after "run" or "exec" have -d or --detach among the flags, and
// where one container is all that comes after "start": the child becomes the command, and
// the process that the caller has started only waits for it, passes signals on, and ends
// with the status that it is told (Departure.Leave) or as the child does. Where a flag
// without a value comes before the image or container, a -d of the program is taken for the
// command's; then the command is the child all the same, and ends with its status.
func entry()

// waiter is the process that the caller has started; 0: this one.
var waiter uintptr

// What entry works with. See sigaction(2), sigprocmask(2), sigtimedwait(2) and wait(2).
const (
	block       = unix.SIG_BLOCK
	setMask     = unix.SIG_SETMASK
	noHang      = unix.WNOHANG
	childSignal = int(unix.SIGCHLD)

	// waitedFor are all signals but those by which a terminal stops its programs.
	waitedFor = 1<<64 - 1 - (1<<(unix.SIGTSTP-1) | 1<<(unix.SIGTTIN-1) | 1<<(unix.SIGTTOU-1))

	// leaveSignal with the code queued (SI_QUEUE, sigqueue(3)) has the status with it. It is
	// the last one of the real time.
	leaveSignal = 64
	queued      = -1

	sysSigprocmask  = unix.SYS_RT_SIGPROCMASK
	sysSigaction    = unix.SYS_RT_SIGACTION
	sysSigtimedwait = unix.SYS_RT_SIGTIMEDWAIT
	sysGetpid       = unix.SYS_GETPID
	sysClone        = unix.SYS_CLONE
	sysKill         = unix.SYS_KILL
	sysWait4        = unix.SYS_WAIT4
	sysExitGroup    = unix.SYS_EXIT_GROUP
)
