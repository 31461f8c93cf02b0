package launch

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// newExecutable gives a file that has no place in any file system and can be executed.
func newExecutable(name string, write func(*os.File) error) (*os.File, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC|unix.MFD_EXEC)
	if err == unix.EINVAL { // Linux before 6.3
		fd, err = unix.MemfdCreate(name, unix.MFD_CLOEXEC)
	}
	if err == unix.EACCES || err == unix.EPERM || err == unix.ENOSYS { // vm.memfd_noexec is 2, or a seccomp filter forbids it
		return executableOnTmpfs(name, write)
	}
	if err != nil {
		return nil, fmt.Errorf("making an executable in memory: %w", err)
	}
	return written(os.NewFile(uintptr(fd), name), write)
}

func written(file *os.File, write func(*os.File) error) (*os.File, error) {
	if err := write(file); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// executableOnTmpfs puts the file on a tmpfs of its own, which is mounted nowhere.
// Closing that waits for the kernel (RCU). Nobody executes what somebody has open to
// write, be it a child that was made at the same time.
func executableOnTmpfs(name string, write func(*os.File) error) (*os.File, error) {
	mount, err := newTmpfs()
	if err != nil {
		return nil, fmt.Errorf("making an executable in memory: %w", err)
	}
	defer mount.Close()
	open := func(flags int) (*os.File, error) {
		fd, err := unix.Openat(int(mount.Fd()), name, flags|unix.O_CLOEXEC, 0o700)
		if err != nil {
			return nil, fmt.Errorf("making an executable in memory: %w", err)
		}
		return os.NewFile(uintptr(fd), name), nil
	}
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	file, err := open(unix.O_CREAT | unix.O_EXCL | unix.O_WRONLY)
	if err != nil {
		return nil, err
	}
	if file, err = written(file, write); err != nil {
		return nil, err
	}
	file.Close()
	if file, err = open(unix.O_RDONLY); err != nil {
		return nil, err
	}
	unix.Unlinkat(int(mount.Fd()), name, 0) // nobody else finds it, whether or not it has a name
	return file, nil
}

func newTmpfs() (*os.File, error) {
	context, err := unix.Fsopen("tmpfs", unix.FSOPEN_CLOEXEC)
	if err != nil {
		return nil, err
	}
	defer unix.Close(context)
	if err := unix.FsconfigCreate(context); err != nil {
		return nil, err
	}
	mount, err := unix.Fsmount(context, unix.FSMOUNT_CLOEXEC, unix.MOUNT_ATTR_NODEV|unix.MOUNT_ATTR_NOSUID)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(mount), "tmpfs"), nil
}
