package container

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// ownPath leads to the running program, whatever has become of its file.
const ownPath = "/proc/self/exe"

// ownExecutable is the running program as a file that is safe to run inside a
// container: on a mount of its own, read-only and in nobody's mount namespace,
// so that a container which gets hold of its init's /proc/PID/exe cannot
// overwrite the host's binary, and cannot make the mount writable either.
func ownExecutable() (*os.File, error) {
	fd, err := unix.OpenTree(unix.AT_FDCWD, ownPath, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
	if err != nil {
		return nil, err
	}
	sealed := os.NewFile(uintptr(fd), ownPath)
	err = unix.MountSetattr(fd, "", unix.AT_EMPTY_PATH, &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY})
	if err == unix.ENOSYS {
		err = sealOld(sealed)
	}
	if err != nil {
		sealed.Close()
		return nil, err
	}
	return sealed, nil
}

// sealOld makes a mount read-only that is nowhere, before Linux 5.12: that takes
// a place, for a moment, in a mount namespace that ends with its thread. Any file
// serves.
func sealOld(sealed *os.File) error {
	done := make(chan error, 1)
	onOwnThread(func() { done <- remountElsewhere(sealed, "/proc/version") })
	return <-done
}

func remountElsewhere(sealed *os.File, place string) error {
	path := "/proc/thread-self/fd/" + strconv.Itoa(int(sealed.Fd()))
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return err
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	if err := unix.MoveMount(int(sealed.Fd()), "", unix.AT_FDCWD, place, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return err
	}
	if err := unix.Mount("", path, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""); err != nil {
		return err
	}
	return unix.Unmount(path, unix.MNT_DETACH)
}
