package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

func mount([]string) error { return unix.Mount("tmpfs", "/tmp", "tmpfs", 0, "") }

func node(words []string) error {
	kind := uint32(unix.S_IFCHR)
	if words[0] == "b" {
		kind = unix.S_IFBLK
	}
	path := filepath.Join(os.TempDir(), "node")
	os.Remove(path)
	device := unix.Mkdev(uint32(number(words[1])), uint32(number(words[2])))
	if err := unix.Mknod(path, kind|0o666, int(device)); err != nil {
		return fmt.Errorf("making: %s", describe(err))
	}
	if err := open([]string{path, "read"}); err != nil {
		return fmt.Errorf("opening: %s", describe(err))
	}
	return nil
}

func open(words []string) error {
	flags := unix.O_RDONLY
	if words[1] == "write" {
		flags = unix.O_WRONLY
	}
	fd, err := unix.Open(words[0], flags|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	return unix.Close(fd)
}

// descriptors lists what this program was started with, and leaves out what the
// Go runtime has opened by itself: its poller, and the cgroup's files.
func descriptors([]string) error {
	for fd := range 1024 {
		target, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
		var about unix.Stat_t
		if err != nil || unix.Fstat(fd, &about) != nil || strings.HasPrefix(target, "/sys/fs/cgroup/") {
			continue
		}
		fmt.Println(fd, kindOf(about.Mode), target)
	}
	return nil
}

func kindOf(mode uint32) string {
	switch mode & unix.S_IFMT {
	case unix.S_IFIFO:
		return "pipe"
	case unix.S_IFCHR:
		return "device"
	case unix.S_IFREG:
		return "file"
	case unix.S_IFDIR:
		return "directory"
	case unix.S_IFSOCK:
		return "socket"
	}
	return "other"
}

// typeInto does what somebody at the keyboard would (TIOCSTI).
func typeInto(words []string) error {
	var err error
	for fd := range 3 {
		for i := range len(words[0]) {
			letter := words[0][i]
			if err = ioctl(fd, unix.TIOCSTI, &letter); err != nil {
				break
			}
		}
		if err == nil {
			return nil
		}
	}
	return err
}
