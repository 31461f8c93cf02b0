package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"mydocker/internal/failpoint"
)

// Lock is an exclusive flock on a file. The kernel drops it when its process
// dies. No child inherits it: the descriptor is close-on-exec.
type Lock struct {
	file *os.File
}

// ErrLocked says that somebody else holds a lock for longer than the caller
// would wait.
var ErrLocked = errors.New("held by another mydocker command")

// Acquire takes the lock at path, waiting for at most patience. Who has waited
// longest is the next.
func Acquire(path string, patience time.Duration) (lock *Lock, err error) {
	err = failpoint.Around("lock "+filepath.Base(path), func() error {
		lock, err = acquire(path, patience)
		return err
	})
	if err != nil {
		lock.Release()
		return nil, err
	}
	return lock, nil
}

func acquire(path string, patience time.Duration) (*Lock, error) {
	deadline := time.Now().Add(patience)
	for {
		file, err := openLock(path)
		if err != nil {
			return nil, err
		}
		if err := lockOpen(file, time.Until(deadline)); err != nil {
			return nil, fmt.Errorf("locking %q: %w", path, err)
		}
		if stillThere(file) {
			return &Lock{file: file}, nil
		}
		file.Close()
	}
}

// stillThere tells whether a locked file is the one that its name leads to,
// and not one that its last holder removed.
func stillThere(file *os.File) bool {
	held, err := file.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(file.Name())
	return err == nil && os.SameFile(held, named)
}

// Release gives the lock back and removes its file, unless somebody waits for it:
// there is one only for as long as somebody wants it. Who comes in between finds
// that the file has gone and opens a new one. It may be called again: what has the
// name by then is somebody else's.
func (l *Lock) Release() {
	if l == nil || l.file == nil {
		return
	}
	file := l.file
	l.file = nil
	if !isAwaited(file) {
		Remove(file.Name())
	}
	file.Close()
}

// SweepLocks removes the lock files in a directory whose holders have died.
func SweepLocks(directory string) error {
	files, err := os.ReadDir(directory)
	errs := []error{ignoreMissing(err)}
	for _, file := range files {
		lock, err := acquire(filepath.Join(directory, file.Name()), 0)
		if err == nil {
			errs = append(errs, removeOne(lock.file.Name()), lock.file.Close())
		}
	}
	return errors.Join(errs...)
}

func openLock(path string) (*os.File, error) {
	for attempt := 0; ; attempt++ {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if !errors.Is(err, os.ErrNotExist) || attempt == mostAttempts {
			return file, err
		}
		// Whoever removes the directory because it is empty may do so until
		// the file is in it.
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
	}
}

// mostAttempts bounds how often a directory is made again that somebody keeps
// removing.
const mostAttempts = 100
