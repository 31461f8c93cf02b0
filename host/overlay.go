package host

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Storage tries to mount an overlay in the directory where containers will have
// theirs, or in the first one above that exists, and looks for space. What it
// makes there is gone when it returns; what it leaves when it is killed, LeftTrial
// finds.
func Storage(root string) ([]Fault, error) {
	directory := existing(root)
	var faults []Fault
	if err := tryOverlay(root); err != nil {
		faults = append(faults, Fault{
			Object: fmt.Sprintf("overlay on %q", root), Detail: err.Error(), Why: "no container can be started",
			Remedy: overlayRemedy(err),
		})
	}
	var space unix.Statfs_t
	if err := unix.Statfs(directory, &space); err != nil {
		return faults, fmt.Errorf("asking for the space of %q: %w", directory, err)
	}
	if space.Bavail == 0 || space.Files > 0 && space.Ffree == 0 {
		faults = append(faults, Fault{
			Object: fmt.Sprintf("space in %q", root), Detail: "the file system is full", Why: "nothing can be written down",
			Remedy: []string{"df -h " + directory, "df -i " + directory},
		})
	}
	return faults, nil
}

func overlayRemedy(err error) []string {
	switch {
	case errors.Is(err, unix.ENODEV):
		return []string{"modprobe overlay"}
	case errors.Is(err, unix.EROFS):
		return []string{"# the file system is mounted read-only; put the state elsewhere with --root"}
	case errors.Is(err, errInTheWay):
		return []string{"# look at what has the name " + trialName + " there, and remove it"}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return []string{"# try again when the other mydocker doctor is through"}
	}
	return []string{"# overlayfs does not take this file system for an upper directory; put the state on ext4, xfs or btrfs with --root"}
}

// existing gives the directory, or the first one above it that exists.
func existing(path string) string {
	for path = filepath.Clean(path); path != "/"; path = filepath.Dir(path) {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			break
		}
	}
	return path
}

// trialEntries are what an overlay is made of.
var trialEntries = []string{"lower", "upper", "work", "merged"}

func tryOverlay(root string) error {
	path := trialPath(root)
	return inTrial(path, func() error {
		for _, name := range trialEntries {
			if err := os.Mkdir(filepath.Join(path, name), 0o700); err != nil {
				return err
			}
		}
		return elsewhere(unix.CLONE_NEWNS, func() error { return mountOverlay(path) })
	})
}

// mountOverlay works from inside the directory, where the names need no escaping.
func mountOverlay(directory string) error {
	if err := unix.Chdir(directory); err != nil {
		return err
	}
	if err := unix.Mount("overlay", "merged", "overlay", 0, "lowerdir=lower,upperdir=upper,workdir=work"); err != nil {
		return err
	}
	return unix.Unmount("merged", 0)
}
