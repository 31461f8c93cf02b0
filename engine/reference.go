package engine

import (
	"time"

	"golang.org/x/sys/unix"

	"mydocker/internal/members"
	"mydocker/internal/process"
)

// Reference names a process so that the name outlives it.
type Reference struct {
	PID   int
	Start uint64 // in clock ticks since boot

	// Inode tells in less time that the process runs. It is 0 where it is not
	// known; that the process does not run, Start tells.
	Inode process.Inode
}

// Members implements members.Object.
func (r *Reference) Members(list *members.List) {
	list.Always("pid", &r.PID)
	list.Always("start", &r.Start)
	list.Given("inode", (*uint64)(&r.Inode))
}

// refer names a process of this moment.
func refer(pid int) (Reference, error) {
	start, inode, err := process.Identify(pid)
	return Reference{PID: pid, Start: start, Inode: inode}, err
}

// same tells whether two references are of one process.
func (r Reference) same(other Reference) bool { return r.PID == other.PID && r.Start == other.Start }

func (r Reference) alive() bool {
	return r.Inode.Runs(r.PID) || r.PID != 0 && process.Alive(r.PID, r.Start)
}

// awaitEnd waits until a process has ended, but not for long.
func (r Reference) awaitEnd(patience time.Duration) {
	if pidfd, err := process.Open(r.PID, r.Start); err == nil {
		defer pidfd.Close()
		awaitEnd(pidfd, patience)
	}
}

// ending tells whether a process has ended or is on its way out.
func (r Reference) ending() bool {
	look, err := process.LookAt(r.PID)
	return err != nil || look.Exiting || !r.alive()
}

// signal sends a signal; to a process that has ended it is process.ErrGone.
func (r Reference) signal(signal unix.Signal) error {
	if r.PID == 0 {
		return process.ErrGone
	}
	return process.Signal(r.PID, r.Start, signal)
}
