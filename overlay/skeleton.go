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
// do so at once, and one that was interrupted is completed. The modes do not
// depend on the umask.
func MakeSkeleton(directory string) error {
	last := filepath.Join(directory, skeletonFiles[len(skeletonFiles)-1])
	if info, err := os.Lstat(last); err == nil && info.Mode().Perm() == 0o644 {
		return nil
	}
	for _, name := range skeletonDirectories {
		path := filepath.Join(directory, name)
		if err := errors.Join(os.MkdirAll(path, 0o755), os.Chmod(path, 0o755)); err != nil {
			return fmt.Errorf("making the lowest layer: %w", err)
		}
	}
	for _, name := range skeletonFiles {
		if err := makeEmpty(filepath.Join(directory, name)); err != nil {
			return fmt.Errorf("making the lowest layer: %w", err)
		}
	}
	return nil
}

func makeEmpty(path string) error {
	fd, err := unix.Open(path, unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, 0o644)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("making %q: %w", path, err)
	}
	if err == nil {
		unix.Close(fd)
	}
	return os.Chmod(path, 0o644)
}

// SkeletonSteps gives the shell lines for MakeSkeleton.
func SkeletonSteps(directory string) []string {
	quoted := shell.Quote(directory)
	return []string{
		fmt.Sprintf("mkdir -p %s/dev %s/proc %s/sys %s/etc", quoted, quoted, quoted, quoted),
		fmt.Sprintf("touch %s/etc/hostname %s/etc/hosts %s/etc/resolv.conf", quoted, quoted, quoted),
	}
}
