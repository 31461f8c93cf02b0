// Package tree removes directory trees that others have filled:
// image layers and the writable layers of containers. Nothing in such a tree
// is trusted. Symbolic links are never followed, mount points are never
// crossed, and no depth exhausts the stack or the file descriptors.
package tree

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"mydocker/internal/handle"
	"mydocker/internal/openat2"
)

// MountPointError says that something is mounted inside a tree.
type MountPointError struct {
	Path string
}

func (e *MountPointError) Error() string {
	return fmt.Sprintf("%q is a mount point; unmount it with \"umount %s\"", e.Path, e.Path)
}

// MaxDepth is how many levels of directories are copied or packed, where each level
// keeps files open. The kernel takes no path of more (PATH_MAX, 4096 bytes).
const MaxDepth = 2048

const openFlags = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC

// openChild opens the directory name in parent, unless it is a symbolic link
// or a mount point; the latter gives EXDEV.
func openChild(parent int, name string) (int, error) {
	fd, err := openat2.Open(parent, name, &unix.OpenHow{
		Flags:   openFlags,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_XDEV,
	})
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) {
		return openChildByMountID(parent, name)
	}
	return fd, err
}

// openChildByMountID is openChild for kernels before 5.6 and for sandboxes
// that refuse openat2 with EPERM.
func openChildByMountID(parent int, name string) (int, error) {
	fd, err := unix.Openat(parent, name, openFlags, 0)
	if err != nil {
		return -1, err
	}
	above, err := handle.MountID(parent)
	below, err2 := handle.MountID(fd)
	if err = errors.Join(err, err2); err == nil && above != below {
		err = unix.EXDEV
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}
