package transfer

import (
	"io"
	"os"

	"golang.org/x/sys/unix"

	"mydocker/internal/handle"
)

// file copies a regular file. What has its name is never written to, so that no
// link leads there and nobody has it open. A mount point alone cannot be replaced, and
// is written to in place.
func (c *copier) file(d pair, from *os.File, name string, stat *unix.Stat_t) error {
	if c.Merge {
		mounted, err := handle.OpenMounted(int(d.to.Fd()), name)
		if err != nil {
			return err
		}
		if mounted >= 0 {
			return c.fill(from, os.NewFile(uintptr(mounted), name), stat)
		}
	}
	var to *os.File
	create := func(temporary string) error {
		const flags = unix.O_WRONLY | unix.O_CREAT | unix.O_EXCL | unix.O_NOFOLLOW | unix.O_CLOEXEC
		fd, err := unix.Openat(int(d.to.Fd()), temporary, flags, 0o600)
		to = os.NewFile(uintptr(fd), name) // errors call it what it will be called
		return err
	}
	return c.place(d, name, unix.S_IFREG, create, func(string) error { return c.fill(from, to, stat) })
}

// fill gives an open file all that its source has, and closes it.
func (c *copier) fill(from, to *os.File, stat *unix.Stat_t) error {
	defer to.Close()
	source, err := handle.Reopen(from, unix.O_RDONLY)
	if err != nil {
		return err
	}
	defer source.Close()
	size, err := copyFile(source, to, stat.Size)
	if err != nil {
		return err
	}
	c.size += size
	return c.describe(from, to, stat)
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
