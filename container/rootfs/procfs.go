package rootfs

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"mydocker/internal/openat2"
)

// WriteOOMScore writes the process' own oom_score_adj, unless nil. It uses the
// host's procfs, and so comes before Enter.
func WriteOOMScore(adjustment *int) error {
	if adjustment == nil {
		return nil
	}
	proc, err := HostProc()
	if err != nil {
		return err
	}
	defer proc.Close()
	if err := write(proc, "self/oom_score_adj", fmt.Sprint(*adjustment)); err != nil {
		return fmt.Errorf("setting oom_score_adj %d: %w; lowering it needs CAP_SYS_RESOURCE", *adjustment, err)
	}
	return nil
}

// HostProc opens the host's procfs, of which it makes sure. It is for a process
// that is still in the host's root.
func HostProc() (*os.File, error) {
	proc, err := os.OpenFile("/proc", unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	var about unix.Statfs_t
	if err := unix.Fstatfs(int(proc.Fd()), &about); err != nil || about.Type != unix.PROC_SUPER_MAGIC {
		proc.Close()
		return nil, errors.Join(errors.New("\"/proc\" of the host is not procfs"), err)
	}
	return proc, nil
}

// ownProc opens the container's procfs, which nothing covers but other files of
// the kernel's (checkProc). There is none where the container has no procfs, or
// one that is read-only.
func (r *Root) ownProc() *os.File {
	proc, err := r.open("/proc", unix.O_PATH|unix.O_DIRECTORY)
	if err != nil {
		return nil
	}
	var about unix.Statfs_t
	err = unix.Fstatfs(int(proc.Fd()), &about)
	if err != nil || about.Type != unix.PROC_SUPER_MAGIC || about.Flags&unix.ST_RDONLY != 0 {
		proc.Close()
		return nil
	}
	return proc
}

// write writes a file below a directory of procfs.
func write(directory *os.File, name, value string) error {
	fd, err := openat2.Open(int(directory.Fd()), name, &unix.OpenHow{
		Flags:   unix.O_WRONLY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_MAGICLINKS | unix.RESOLVE_NO_XDEV,
	})
	if err != nil {
		return err
	}
	file := os.NewFile(uintptr(fd), name)
	_, err = file.WriteString(value)
	if path := (*os.PathError)(nil); errors.As(err, &path) {
		err = path.Err
	}
	return errors.Join(err, file.Close())
}
