package host

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/internal/flock"
	"mydocker/internal/tree"
)

// trialName is that of the directory in which an overlay is tried. It is always
// the same, so that what a trial leaves that is killed is found by the next one.
const trialName = ".mydocker-trial"

// trialPatience is how long another trial is waited for, which takes milliseconds.
const trialPatience = 10 * time.Second

// errInTheWay says that something has a trial's name that may be a trap: the
// directory above may be one in which everybody can write.
var errInTheWay = errors.New("something that mydocker did not make is in the way")

func trialPath(root string) string { return filepath.Join(existing(root), trialName) }

// LeftTrial gives the directory that a killed trial left; "" where there is none,
// or one of a trial that goes on.
func LeftTrial(root string) (string, error) {
	path := trialPath(root)
	trial, err := openOwn(path)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, errInTheWay) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("looking for what a trial left: %w", err)
	}
	defer trial.Close()
	err = flock.Look(int(trial.Fd()))
	if err == unix.EWOULDBLOCK {
		return "", nil
	}
	return path, err
}

// RemoveLeftTrial removes it.
func RemoveLeftTrial(root string) error {
	return inTrial(trialPath(root), func() error { return nil })
}

// inTrial does something while it has the directory of a trial, which is empty,
// to itself. Then it is gone.
func inTrial(path string, do func() error) error {
	trial, err := claim(path)
	if err != nil {
		return err
	}
	defer trial.Close()
	for _, name := range trialEntries {
		if err := tree.RemoveAt(int(trial.Fd()), name, filepath.Join(path, name)); err != nil {
			return err
		}
	}
	return errors.Join(do(), tree.Remove(path))
}

// claim makes the directory, or takes one over that was left, and locks it. Who
// has been waited for has removed it, so that it may have to be made again.
func claim(path string) (*os.File, error) {
	for deadline := time.Now().Add(trialPatience); ; {
		if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
			return nil, err
		}
		trial, err := openOwn(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("using directory %q: %w", path, err)
		}
		if err := lock(trial, time.Until(deadline)); err != nil {
			return nil, fmt.Errorf("waiting for another trial in %q: %w", path, err)
		}
		if isNamed(trial, path) {
			return trial, nil
		}
		trial.Close()
	}
}

func openOwn(path string) (*os.File, error) {
	trial, err := os.OpenFile(path, os.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW, 0)
	if errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP) {
		return nil, errInTheWay
	}
	if err != nil {
		return nil, err
	}
	info, err := trial.Stat()
	if err == nil && info.Sys().(*syscall.Stat_t).Uid != uint32(os.Geteuid()) {
		err = errInTheWay
	}
	if err != nil {
		trial.Close()
		return nil, err
	}
	return trial, nil
}

// lock closes a directory whose lock it does not get.
func lock(trial *os.File, patience time.Duration) error {
	err := flock.Await(int(trial.Fd()), patience, func(error) { trial.Close() })
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		trial.Close()
	}
	return err
}

// isNamed tells whether an open directory is the one that a path leads to.
func isNamed(trial *os.File, path string) bool {
	held, err := trial.Stat()
	if err != nil {
		return false
	}
	named, err := os.Lstat(path)
	return err == nil && os.SameFile(held, named)
}
