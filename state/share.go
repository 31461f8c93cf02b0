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
			announce(file) // or else it would look dead: Held is a share itself
			return &Share{file: file}, nil
		}
		file.Close()
	}
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
// patience. It looks for one file where nobody has. That nobody takes one
// afterwards is the caller's to see to.
func AwaitShares(path string, patience time.Duration) error {
	if !Exists(path) {
		return nil
	}
	lock, err := Acquire(path, patience)
	lock.Release()
	return err
}
