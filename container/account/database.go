package account

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"mydocker/internal/openat2"
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
// the root only. It opens nothing but a plain file: even opening a FIFO or a
// device can have effects. The database can be used even when there is an
// error.
func openDatabase(root *os.File, name string) (*database, error) {
	looked, err := openPlain(root, name, unix.O_PATH)
	if err != nil {
		return &database{}, fmt.Errorf("reading \"/%s\": %w", name, err)
	}
	looked.Close()
	file, err := openPlain(root, name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY)
	if err != nil {
		return &database{}, fmt.Errorf("reading \"/%s\": %w", name, err)
	}
	return &database{file: file, left: io.LimitReader(file, longest)}, nil
}

// openPlain opens a plain file of a size that can be read.
func openPlain(root *os.File, name string, flags uint64) (*os.File, error) {
	fd, err := openat2.Open(int(root.Fd()), name, &unix.OpenHow{
		Flags:   flags | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS,
	})
	if err != nil {
		return nil, err
	}
	file := os.NewFile(uintptr(fd), name)
	var about unix.Stat_t
	err = unix.Fstat(fd, &about)
	switch {
	case err != nil:
	case about.Mode&unix.S_IFMT != unix.S_IFREG:
		err = errors.New("not a plain file")
	case about.Size > longest:
		err = fmt.Errorf("%d bytes are more than the %d that are read", about.Size, longest)
	default:
		return file, nil
	}
	file.Close()
	return nil, err
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
