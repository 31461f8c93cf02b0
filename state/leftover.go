package state

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"mydocker/internal/flock"
)

// Leftovers lists what a crash left of writes to files in a directory. A write
// that is going on is none: it holds a lock on its file.
func Leftovers(directory string) ([]string, error) {
	return unheld(directory, func(name string) bool { return strings.HasPrefix(name, ".") && strings.HasSuffix(name, ".new") })
}

// SweepWrites removes what Leftovers lists.
func SweepWrites(directory string) error {
	left, err := Leftovers(directory)
	errs := []error{err}
	for _, path := range left {
		errs = append(errs, RemoveLeftover(path))
	}
	return errors.Join(errs...)
}

// DeadLocks lists the lock files in a directory whose holders have died.
func DeadLocks(directory string) ([]string, error) {
	return unheld(directory, func(string) bool { return true })
}

// unheld lists the files of certain names that nobody holds a lock on.
func unheld(directory string, wanted func(name string) bool) ([]string, error) {
	entries, err := os.ReadDir(directory)
	if ignoreMissing(err) != nil && !errors.Is(err, unix.ENOTDIR) {
		return nil, err
	}
	var found []string
	for _, entry := range entries {
		path := filepath.Join(directory, entry.Name())
		if !entry.Type().IsRegular() || !wanted(entry.Name()) {
			continue
		}
		held, err := Held(path)
		if err != nil {
			return nil, err
		}
		if !held && Exists(path) {
			found = append(found, path)
		}
	}
	return found, nil
}

// Held tells whether somebody holds the lock at path, or a share of it. It takes no lock that
// would keep another one out for longer than this look.
func Held(path string) (bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return false, ignoreMissing(err)
	}
	defer file.Close()
	err = flock.Look(int(file.Fd()))
	if err == unix.EWOULDBLOCK {
		return true, nil
	}
	return err == nil && isAwaited(file), err
}

// RemoveLeftover removes what Leftovers or DeadLocks listed, unless somebody
// has taken it up meanwhile.
func RemoveLeftover(path string) error {
	if !Exists(path) {
		return nil
	}
	lock, err := acquire(path, 0)
	if errors.Is(err, ErrLocked) {
		return nil
	}
	if err != nil {
		return err
	}
	defer lock.file.Close()
	return removeOne(path)
}
