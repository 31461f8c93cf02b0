package tree

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// MaxDepth is how many levels of directories are read. The kernel takes no
// path that is longer than PATH_MAX (4096 bytes), so that nobody can name
// what lies deeper.
const MaxDepth = 2048

// Usage is what a tree takes up.
type Usage struct {
	Size    int64 `json:"size"`    // bytes of content, holes included, as ls shows them
	Disk    int64 `json:"disk"`    // bytes on the disk, as du shows them
	Entries int64 `json:"entries"` // files, directories and all else, the top one included
}

// Measure adds up the tree at path. A file with several hard links counts
// once. Other file systems that are mounted in it do not count, and what
// vanishes while it is read is passed over.
func Measure(path string) (Usage, error) {
	fd, err := unix.Open(path, openFlags, 0)
	if err != nil {
		return Usage{}, fmt.Errorf("measuring %q: %w", path, err)
	}
	var top unix.Stat_t
	if err := unix.Fstat(fd, &top); err != nil {
		unix.Close(fd)
		return Usage{}, fmt.Errorf("measuring %q: %w", path, err)
	}
	m := measurement{device: top.Dev, links: map[uint64]bool{}}
	m.count(&top)
	if err := m.directory(fd, path, 0); err != nil {
		return Usage{}, fmt.Errorf("measuring %q: %w", path, err)
	}
	return m.usage, nil
}

type measurement struct {
	usage  Usage
	device uint64
	links  map[uint64]bool // inodes with several links that were counted
}

// directory takes the descriptor over.
func (m *measurement) directory(fd int, path string, depth int) error {
	directory := os.NewFile(uintptr(fd), path)
	defer directory.Close()
	if depth > MaxDepth {
		return fmt.Errorf("directories are nested deeper than %d levels", MaxDepth)
	}
	for {
		names, err := directory.Readdirnames(256)
		for _, name := range names {
			if err := m.entry(fd, name, depth); err != nil && !gone(err) {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (m *measurement) entry(parent int, name string, depth int) error {
	var stat unix.Stat_t
	if err := unix.Fstatat(parent, name, &stat, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return err
	}
	if stat.Dev != m.device {
		return nil
	}
	m.count(&stat)
	if stat.Mode&unix.S_IFMT != unix.S_IFDIR {
		return nil
	}
	fd, err := unix.Openat(parent, name, openFlags, 0)
	if err != nil {
		return err
	}
	return m.directory(fd, name, depth+1)
}

func (m *measurement) count(stat *unix.Stat_t) {
	isDirectory := stat.Mode&unix.S_IFMT == unix.S_IFDIR
	if stat.Nlink > 1 && !isDirectory {
		if m.links[stat.Ino] {
			return
		}
		m.links[stat.Ino] = true
	}
	m.usage.Entries++
	m.usage.Disk += stat.Blocks * 512 // st_blocks is in units of 512 bytes, stat(2)
	if stat.Mode&unix.S_IFMT == unix.S_IFREG {
		m.usage.Size += stat.Size
	}
}

// gone tells whether an entry vanished, or turned into something else,
// between its listing and its opening.
func gone(err error) bool {
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP)
}
