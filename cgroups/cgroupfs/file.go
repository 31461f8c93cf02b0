// Package cgroupfs does what both versions of the kernel's cgroup filesystem
// have in common: directories that are cgroups, and small files in them.
//
// It makes its system calls directly: package os would register each file with
// the runtime's poller, which costs as much as the write itself.
package cgroupfs

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Write puts a value into a file of a cgroup. The error names both.
func Write(directory, file, value string) error {
	path := directory + "/" + file
	if err := write(path, value); err != nil {
		return fmt.Errorf("writing %q to %q: %w", value, path, err)
	}
	return nil
}

// WriteEach puts several values into a file, one after the other.
func WriteEach(directory, file string, values []string) error {
	path := directory + "/" + file
	fd, err := open(unix.AT_FDCWD, path, unix.O_WRONLY)
	if err != nil {
		return fmt.Errorf("writing to %q: %w", path, err)
	}
	defer unix.Close(fd)
	for _, value := range values {
		if err := writeTo(fd, value); err != nil {
			return fmt.Errorf("writing %q to %q: %w", value, path, err)
		}
	}
	return nil
}

func write(path, value string) error {
	fd, err := open(unix.AT_FDCWD, path, unix.O_WRONLY)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return writeTo(fd, value)
}

func writeTo(fd int, value string) error {
	for {
		// A write that makes the kernel reclaim memory gives up at a signal,
		// and the Go scheduler sends signals.
		if _, err := unix.Write(fd, []byte(value)); err != unix.EINTR {
			return err
		}
	}
}

// Read gives the content of a file of a cgroup, without the last line's end.
func Read(directory, file string) (string, error) {
	path := directory + "/" + file
	content, err := read(unix.AT_FDCWD, path)
	if err != nil {
		return "", fmt.Errorf("reading %q: %w", path, err)
	}
	return strings.TrimSuffix(string(content), "\n"), nil
}

func read(at int, path string) ([]byte, error) {
	fd, err := open(at, path, unix.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	content := make([]byte, 0, 4096)
	for {
		if len(content) == cap(content) {
			content = append(content, 0)[:len(content)]
		}
		n, err := unix.Read(fd, content[len(content):cap(content)])
		switch {
		case err == unix.EINTR:
		case err != nil:
			return nil, err
		case n == 0:
			return content, nil
		default:
			content = content[:len(content)+n]
		}
	}
}

// open takes a path from an open directory on, or unix.AT_FDCWD.
func open(at int, path string, flags int) (int, error) {
	for {
		fd, err := unix.Openat(at, path, flags|unix.O_CLOEXEC, 0)
		if err != unix.EINTR {
			return fd, err
		}
	}
}

// Exists tells whether a cgroup has the file, or whether the directory itself
// is there when file is ".".
func Exists(directory, file string) bool {
	return unix.Access(directory+"/"+file, unix.F_OK) == nil
}

// ReadNumber gives the number in a file; the kernel's word "max" is 0.
func ReadNumber(directory, file string) (uint64, error) {
	text, err := Read(directory, file)
	if err != nil || text == "max" {
		return 0, err
	}
	number, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("reading %q: %q is not a number", directory+"/"+file, text)
	}
	return number, nil
}

// ReadField gives the number after a key in a file of lines "key number"; 0
// where an older kernel does not write the key.
func ReadField(directory, file, key string) (uint64, error) {
	text, err := Read(directory, file)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if name != key {
			continue
		}
		number, err := strconv.ParseUint(value, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("reading %q: %s is %q, not a number", directory+"/"+file, key, value)
		}
		return number, nil
	}
	return 0, nil
}
