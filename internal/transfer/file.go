package transfer

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"mydocker/internal/handle"
)

func (c *copier) file(d pair, from *os.File, name string, stat *unix.Stat_t) error {
	source, err := handle.Reopen(from, unix.O_RDONLY)
	if err != nil {
		return err
	}
	defer source.Close()
	to, err := c.makeFile(d.to, name)
	if err != nil {
		return err
	}
	defer to.Close()
	size, err := copyFile(source, to, stat.Size)
	if err != nil {
		return err
	}
	c.size += size
	return c.describe(from, to, stat)
}

// makeFile makes a new file; what has its name is removed before. So a file
// that is written to is never one that a link leads to, or that others have
// open. A mount point alone cannot be removed, and is written to in place.
func (c *copier) makeFile(parent *os.File, name string) (*os.File, error) {
	const flags = unix.O_WRONLY | unix.O_CREAT | unix.O_EXCL | unix.O_NOFOLLOW | unix.O_CLOEXEC
	var fd int
	err := c.replacing(parent, name, unix.S_IFREG, func() (err error) {
		fd, err = unix.Openat(int(parent.Fd()), name, flags, 0o600)
		return err
	})
	if errors.Is(err, unix.EBUSY) {
		return openMountPoint(parent, name, err)
	}
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

// openMountPoint empties a file on which another one is mounted.
func openMountPoint(parent *os.File, name string, busy error) (*os.File, error) {
	entry, err := handle.Open(parent, name)
	if err != nil {
		return nil, err
	}
	defer entry.Close()
	stat, err := handle.Stat(entry)
	if err != nil {
		return nil, err
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFREG {
		return nil, busy
	}
	return handle.Reopen(entry, unix.O_WRONLY|unix.O_TRUNC)
}

// mostUnmeasured is how much is read of a file that says it is empty, in bytes.
const mostUnmeasured = 64 << 20

// copyFile copies size bytes. Files of procfs and the like say that they are
// empty, and are read until they end, or would have the reader wait.
func copyFile(from, to *os.File, size int64) (int64, error) {
	if size > 0 {
		return copyContent(from, to, size)
	}
	return io.Copy(to, io.LimitReader(ready{from}, mostUnmeasured))
}

// ready ends where its file, which was opened with O_NONBLOCK, has no more now:
// what the kernel logs (/proc/kmsg) has no end.
type ready struct{ file *os.File }

func (r ready) Read(buffer []byte) (int, error) {
	n, err := unix.Read(int(r.file.Fd()), buffer)
	switch {
	case err == unix.EAGAIN, err == nil && n == 0:
		return 0, io.EOF
	case err != nil:
		return 0, err
	}
	return n, nil
}
