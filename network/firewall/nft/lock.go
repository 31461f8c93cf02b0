package nft

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/internal/flock"
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
	closing := func() { unix.Close(fd) }
	if flock.Try(fd) == nil {
		return closing, false
	}
	err = flock.Await(fd, patience, func(error) { closing() })
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return func() {}, true
	}
	return closing, true
}
