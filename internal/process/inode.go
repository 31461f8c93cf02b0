package process

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Inode names a process by its number in pidfs, which no other process gets until
// the next reboot. It is 0 where the kernel has no pidfs (Linux before 6.9).
type Inode uint64

// Identify gives a process' start time, as Start does, and its inode.
func Identify(pid int) (start uint64, inode Inode, err error) {
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err == unix.ESRCH {
		return 0, 0, ErrGone
	}
	if err != nil {
		return 0, 0, fmt.Errorf("opening pidfd of pid %d: %w", pid, err)
	}
	defer unix.Close(pidfd)
	// Read after the pidfd was opened, it is that of the same process.
	if start, err = Start(pid); err == nil {
		inode, err = inodeOf(pidfd)
	}
	return start, inode, err
}

func inodeOf(pidfd int) (Inode, error) {
	var filesystem unix.Statfs_t
	var about unix.Stat_t
	if err := errors.Join(unix.Fstatfs(pidfd, &filesystem), unix.Fstat(pidfd, &about)); err != nil {
		return 0, fmt.Errorf("looking at a pidfd: %w", err)
	}
	if filesystem.Type != unix.PID_FS_MAGIC {
		return 0, nil
	}
	return Inode(about.Ino), nil
}

// Runs tells whether the process with that inode has the pid and still runs. It
// takes a third of the time that Alive does.
func (i Inode) Runs(pid int) bool {
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return false
	}
	defer unix.Close(pidfd)
	var about unix.Stat_t
	if err := unix.Fstat(pidfd, &about); err != nil || i == 0 || Inode(about.Ino) != i {
		return false
	}
	ended := []unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}} // pidfd_open(2)
	n, err := unix.Poll(ended, 0)
	return err == nil && n == 0
}
