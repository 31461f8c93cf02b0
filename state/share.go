package state

import (
	"fmt"
	"os"
	"time"

	"mydocker/internal/flock"
)

// Share is a part of a lock that many may hold at the same time, while nobody has
// it for himself.
type Share struct {
	file *os.File
}

// TakeShare takes a share of the lock at path. It does not wait for long: who has
// waited for all shares to go lets go of the lock at once (AwaitShares).
func TakeShare(path string) (*Share, error) {
	for {
		file, err := openLock(path)
		if err != nil {
			return nil, err
		}
		if err := flock.Share(int(file.Fd())); err != nil {
			file.Close()
			return nil, fmt.Errorf("locking %q: %w", path, err)
		}
		if stillThere(file) {
			return markShare(file)
		}
		file.Close()
	}
}

// markShare lets others tell a share from one who only looks or waits.
func markShare(file *os.File) (*Share, error) {
	if err := announce(file); err != nil {
		file.Close()
		return nil, fmt.Errorf("marking %q: %w", file.Name(), err)
	}
	return &Share{file: file}, nil
}

// Release gives the share back. The last one removes the file.
func (s *Share) Release() {
	if s == nil {
		return
	}
	if flock.Try(int(s.file.Fd())) == nil {
		Remove(s.file.Name())
	}
	s.file.Close()
}

// AwaitShares waits until nobody has a share of the lock at path, for at most
// patience; ErrLocked says that somebody has. Others who wait do not count: here
// only shares are marked. That nobody takes one afterwards is the caller's to see to.
func AwaitShares(path string, patience time.Duration) error {
	for deadline := time.Now().Add(patience); ; {
		file, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return ignoreMissing(err)
		}
		if !isAwaited(file) {
			return file.Close()
		}
		if err := awaitShare(file, time.Until(deadline)); err != nil {
			return fmt.Errorf("locking %q: %w", path, err)
		}
	}
}

// awaitShare waits for the shares of an open file, and closes it.
func awaitShare(file *os.File, patience time.Duration) error {
	if patience <= 0 {
		file.Close()
		return ErrLocked
	}
	if err := standInLine(file, patience); err != nil {
		return err
	}
	passOn(file, nil)
	return nil
}
