package nft

import (
	"errors"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/internal/flock"
)

// lock is one in a file. It saves work and nothing else, because the kernel
// refuses a clash in any case: who cannot have it, or not in time, goes on
// without. It is the innermost of all locks; nobody waits for anything else while
// holding it.
type lock struct {
	path     string
	patience time.Duration // how long it is waited for
	stuck    atomic.Bool   // somebody had it for longer than that
}

// xtables is the lock of iptables-legacy, which other tools that write rules take
// too. Of two hundred who come at once the last has it within two seconds. Who
// has it for longer is stuck, and to wait for him saves nothing: a run would do so
// when it adds its rules, and once more when it removes them.
var xtables = lock{path: "/run/xtables.lock", patience: 2 * time.Second}

// lockMode is iptables' own; nobody but root can hold the lock.
const lockMode = 0o600

// take gives the function that gives the lock back, and tells whether somebody
// else had it. This process waits for somebody who is stuck once.
func (l *lock) take() (unlock func(), waited bool) {
	fd, err := unix.Open(l.path, unix.O_RDONLY|unix.O_CREAT|unix.O_CLOEXEC|unix.O_NOFOLLOW, lockMode)
	if err != nil {
		return func() {}, false
	}
	closing := func() { unix.Close(fd) }
	if flock.Try(fd) == nil {
		return closing, false
	}
	if l.stuck.Load() {
		return closing, true
	}
	err = flock.Await(fd, l.patience, func(error) { closing() })
	if errors.Is(err, os.ErrDeadlineExceeded) {
		l.stuck.Store(true)
		return func() {}, true
	}
	return closing, true
}
