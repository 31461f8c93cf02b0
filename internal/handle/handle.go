// Package handle works on files by descriptor where others may rename, replace
// and link whatever they like meanwhile. An entry of a directory is opened
// before anything is asked about it, and all that follows goes by that
// descriptor.
package handle

import (
	"bytes"
	"errors"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Open opens an entry of a directory, whatever it is, without touching it
// (O_PATH): neither a link is followed nor a device woken.
func Open(directory *os.File, name string) (*os.File, error) {
	fd, err := unix.Openat(int(directory.Fd()), name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

// Reopen opens what is open by O_PATH for reading or writing: that file and no
// other, whatever has its name by now.
func Reopen(file *os.File, flags int) (*os.File, error) {
	fd, err := unix.Open(Path(file), flags|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), file.Name()), nil
}

// Path leads to an open file by a link of /proc, which the kernel follows to
// that file, be it a symbolic link itself, and no further.
func Path(file *os.File) string { return "/proc/self/fd/" + strconv.Itoa(int(file.Fd())) }

// Stat is fstat(2).
func Stat(file *os.File) (unix.Stat_t, error) {
	var stat unix.Stat_t
	err := unix.Fstat(int(file.Fd()), &stat)
	return stat, err
}

// Target is where an open symbolic link leads.
func Target(link *os.File) (string, error) {
	buffer := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(int(link.Fd()), "", buffer)
	if err != nil {
		return "", err
	}
	return string(buffer[:n]), nil
}

// Attributes lists the names of a file's extended attributes.
func Attributes(file *os.File) ([]string, error) {
	data, err := grow(func(buffer []byte) (int, error) { return unix.Listxattr(Path(file), buffer) })
	if errors.Is(err, unix.ENOTSUP) {
		return nil, nil
	}
	if err != nil || len(data) == 0 {
		return nil, err
	}
	return strings.Split(string(bytes.TrimSuffix(data, []byte{0})), "\x00"), nil
}

// Attribute reads an extended attribute. One that is gone again is ENODATA.
func Attribute(file *os.File, name string) ([]byte, error) {
	return grow(func(buffer []byte) (int, error) { return unix.Getxattr(Path(file), name, buffer) })
}

// grow calls read with larger and larger buffers until one is large enough;
// 64 KiB are the most, xattr(7).
func grow(read func([]byte) (int, error)) ([]byte, error) {
	for size := 256; ; size *= 4 {
		buffer := make([]byte, size)
		n, err := read(buffer)
		if errors.Is(err, unix.ERANGE) && size <= 64<<10 {
			continue
		}
		return buffer[:max(n, 0)], err
	}
}
