package overlay

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"mydocker/internal/shell"
)

// The skeleton is the lowest layer of every container: what mounts need to be
// there, for images that have it not. Without it each container would make these
// places in its own layer, and remove them, which takes longer than mounting.
var (
	skeletonDirectories = [...]string{"", "dev", "proc", "sys", "etc"}
	skeletonFiles       = [...]string{"etc/hostname", "etc/hosts", "etc/resolv.conf"}
)

// MakeSkeleton makes the layer in the directory, unless it is there. Many may
// do so at once, and one that was interrupted is completed.
func MakeSkeleton(directory string) error {
	last := skeletonFiles[len(skeletonFiles)-1]
	if _, err := os.Lstat(filepath.Join(directory, last)); err == nil {
		return nil
	}
	for _, name := range skeletonDirectories {
		if err := os.MkdirAll(filepath.Join(directory, name), 0o755); err != nil {
			return fmt.Errorf("making the lowest layer: %w", err)
		}
	}
	for _, name := range skeletonFiles {
		fd, err := unix.Open(filepath.Join(directory, name), unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, 0o644)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("making the lowest layer: making %q: %w", filepath.Join(directory, name), err)
		}
		unix.Close(fd)
	}
	return nil
}

// SkeletonSteps gives the shell lines for MakeSkeleton.
func SkeletonSteps(directory string) []string {
	quoted := shell.Quote(directory)
	return []string{
		fmt.Sprintf("mkdir -p %s/dev %s/proc %s/sys %s/etc", quoted, quoted, quoted, quoted),
		fmt.Sprintf("touch %s/etc/hostname %s/etc/hosts %s/etc/resolv.conf", quoted, quoted, quoted),
	}
}
