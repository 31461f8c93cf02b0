package account

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"mydocker/internal/handle"
)

// longest is how much of /etc/passwd or /etc/group is read, in bytes. Tens of
// thousands of users fit.
const longest = 8 << 20

// database is an open /etc/passwd or /etc/group; one that could not be opened
// reads as empty.
type database struct {
	file *os.File
	left io.Reader
}

// openDatabase opens a database inside root, following symbolic links inside
// the root only. The database can be used even when there is an error.
func openDatabase(root handle.Root, name string) (*database, error) {
	fd, err := root.Open(name, unix.OpenHow{
		Flags:   unix.O_RDONLY | unix.O_NOCTTY,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS,
	}, checkPlain)
	if err != nil {
		return &database{}, fmt.Errorf("reading \"/%s\": %w", name, err)
	}
	file := os.NewFile(uintptr(fd), name)
	return &database{file: file, left: io.LimitReader(file, longest)}, nil
}

// checkPlain accepts plain files of a size that can be read. What the kernel shows as
// one is none: who reads its log waits for more of it, and takes it from others.
func checkPlain(fd int) error {
	var about unix.Stat_t
	if err := unix.Fstat(fd, &about); err != nil {
		return err
	}
	shown, err := handle.IsKernels(fd)
	switch {
	case err != nil:
		return err
	case about.Mode&unix.S_IFMT != unix.S_IFREG:
		return errors.New("not a plain file")
	case shown:
		return errors.New("not a plain file, but one of the kernel's")
	case about.Size > longest:
		return fmt.Errorf("%d bytes are more than the %d that are read", about.Size, longest)
	}
	return nil
}

func (d *database) Read(buffer []byte) (int, error) {
	if d.left == nil {
		return 0, io.EOF
	}
	return d.left.Read(buffer)
}

func (d *database) Close() error {
	if d.file == nil {
		return nil
	}
	return d.file.Close()
}
