package nft

import (
	"time"

	"golang.org/x/sys/unix"
)

// lockPath is the lock file of iptables-legacy, which other tools that write
// rules take too. Its mode is iptables' own; nobody but root can hold it.
const (
	lockPath = "/run/xtables.lock"
	lockMode = 0o600
)

// lockPatience is how long the lock is waited for. Each holds it for some
// milliseconds, but they may be hundreds, on a busy machine.
const lockPatience = time.Minute

// takeLock takes the lock and gives the function that gives it back, and
// whether somebody else had it. It saves work and nothing else, because the
// kernel refuses a clash in any case: who cannot have it, or not in time, goes
// on without. It is the innermost of all locks; nobody waits for anything else
// while holding it.
func takeLock(path string, patience time.Duration) (unlock func(), waited bool) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CREAT|unix.O_CLOEXEC|unix.O_NOFOLLOW, lockMode)
	if err != nil {
		return func() {}, false
	}
	waited = unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) != nil
	if waited && !awaitLock(fd, patience) {
		return func() {}, waited
	}
	return func() { unix.Close(fd) }, waited
}

// awaitLock stands in the kernel's line for the lock; trying again and again
// would keep two hundred processes from their work. When patience ends first,
// the descriptor is closed as soon as the line is through.
func awaitLock(fd int, patience time.Duration) bool {
	locked, abandoned := make(chan struct{}), make(chan struct{})
	go func() {
		for unix.Flock(fd, unix.LOCK_EX) == unix.EINTR {
		}
		select {
		case locked <- struct{}{}:
		case <-abandoned:
			unix.Close(fd)
		}
	}()
	select {
	case <-locked:
		return true
	case <-time.After(patience):
		close(abandoned)
		return false
	}
}
