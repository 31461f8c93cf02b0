package host

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"

	"golang.org/x/sys/unix"

	"mydocker/bench/program"
)

// The host has a disk of its own, an ext4 with a journal in a file, which is
// mounted over the directory that it lies in. What the machine's disk is like,
// and what others have deleted on it, does not show in the figures then
// (docs/performance.md).

// diskSize is in bytes; the file has holes where nothing was written.
const diskSize = 16 << 30

func diskOf(directory string) string { return filepath.Join(directory, "disk") }

// makeDisk makes an empty one. Nothing is left for the kernel to do in the
// background (lazy_itable_init, mke2fs(8)).
func makeDisk(directory string) error {
	file, err := os.Create(diskOf(directory))
	if err != nil {
		return err
	}
	if err := errors.Join(file.Truncate(diskSize), file.Close()); err != nil {
		return err
	}
	return program.Do(exec.Command("mkfs.ext4", "-q", "-i", "32768", "-E", "lazy_itable_init=0,lazy_journal_init=0", file.Name()))
}

// mountDisk mounts a disk where the calling thread sees it.
func mountDisk(directory string) error {
	return program.Do(exec.Command("mount", "-o", "loop", diskOf(directory), directory))
}

// ownMountsOfThread keeps what the calling thread mounts from everybody else;
// it is gone when the thread has ended, however that comes.
func ownMountsOfThread() error {
	if err := unix.Unshare(unix.CLONE_FS | unix.CLONE_NEWNS); err != nil {
		return err
	}
	return unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, "")
}

// removeDirectory removes a host's directory and the disk over it.
func removeDirectory(directory string) error {
	unix.Unmount(directory, unix.MNT_DETACH) // an error means that there is no disk
	return os.RemoveAll(directory)
}
