package container

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"

	"mydocker/container/launch"
)

// ownPath leads to the running program, whatever has become of its file.
const ownPath = "/proc/self/exe"

// ownExecutable is the running program as a file that is safe to run inside a
// container: on a mount of its own, read-only and in nobody's mount namespace,
// so that a container which gets hold of its init's /proc/PID/exe cannot
// overwrite the host's binary, and cannot make the mount writable either.
//
// A program that runs from such a mount already is that file itself; the kernel
// would make no mount of a mount that is nowhere.
func ownExecutable() (*os.File, error) {
	running, err := os.OpenFile(ownPath, unix.O_PATH, 0)
	if err != nil || isSealed(running) {
		return running, err
	}
	defer running.Close()
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

// Seal makes sure that the running program is one that no container can write
// to, and runs it anew from ownExecutable if it is not. A command that will
// call Exec calls it first of all: until the added process has its program, it
// is a copy of the command, and a hostile container may have that program be
// /proc/self/exe.
func Seal() error {
	running, err := os.OpenFile(ownPath, unix.O_PATH, 0)
	switch {
	case err != nil:
	case isSealed(running):
		// By which it was started, ps would show a descriptor's number.
		os.WriteFile("/proc/self/comm", []byte(filepath.Base(os.Args[0])), 0)
	default:
		err = runSealed()
	}
	running.Close()
	if err != nil {
		return fmt.Errorf("sealing mydocker's executable: %w", err)
	}
	return nil
}

// runSealed runs this program anew. It returns only when that went wrong.
func runSealed() error {
	file, err := ownExecutable()
	if err != nil {
		return err
	}
	defer file.Close()
	return unix.Exec("/proc/self/fd/"+strconv.Itoa(int(file.Fd())), os.Args, os.Environ())
}

// isSealed tells whether a file lies on a read-only mount.
func isSealed(file *os.File) bool {
	var about unix.Statfs_t
	err := unix.Fstatfs(int(file.Fd()), &about)
	return err == nil && about.Flags&unix.ST_RDONLY != 0
}

// refuseOwn ends a first process whose program is mydocker's own executable on
// the host's mount, which an image gets hold of by having its program be
// /proc/self/exe. Until then nobody else is in the container who could take the
// file from it, and nobody can write to a file that runs.
func (v *visitor) refuseOwn() error {
	proc := int(v.proc.Fd())
	if !sameFile(proc, strconv.Itoa(v.process.pid)+"/exe", strconv.Itoa(os.Getpid())+"/exe") {
		return nil
	}
	v.process.Signal(unix.SIGKILL)
	err := fmt.Errorf("starting %q: it leads to mydocker's own executable on the host: refused", v.task.Spec.Process.Args[0])
	return &StartError{Code: launch.CannotExecute, Err: err}
}

// sameFile tells whether two paths below a directory lead to the same file on
// the same mount: as a volume it is on another one. A process that has ended has
// no executable.
func sameFile(directory int, a, b string) bool {
	const mask = unix.STATX_INO | unix.STATX_MNT_ID
	var first, second unix.Statx_t
	if unix.Statx(directory, a, 0, mask, &first) != nil || unix.Statx(directory, b, 0, mask, &second) != nil {
		return false
	}
	return first.Ino == second.Ino && first.Dev_major == second.Dev_major && first.Dev_minor == second.Dev_minor && first.Mnt_id == second.Mnt_id
}
