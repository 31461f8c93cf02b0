package engine

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"mydocker/internal/handle"
	"mydocker/internal/openat2"
)

// territory is where a path leads: the host's files, or a container's.
type territory struct {
	root   *os.File // nil: the host
	absent absences // what of a container's files is not there
}

// open opens a path, but none in the place of an absent volume.
func (t territory) open(name string, flags uint64) (*os.File, error) {
	opened, err := t.find(name, flags)
	if err != nil {
		return nil, t.absent.explain(err, name)
	}
	if err := t.absent.refuse(opened); err != nil {
		opened.Close()
		return nil, err
	}
	return opened, nil
}

// find opens a path. In a container the kernel keeps it inside the root,
// whoever changes links meanwhile (openat2(2), RESOLVE_IN_ROOT).
func (t territory) find(name string, flags uint64) (*os.File, error) {
	var fd int
	var err error
	if t.root == nil {
		fd, err = unix.Open(name, int(flags|unix.O_CLOEXEC), 0)
	} else {
		fd, err = openat2.Open(int(t.root.Fd()), name, &unix.OpenHow{
			Flags:   flags | unix.O_CLOEXEC,
			Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS,
		})
	}
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

// base is what a path is called, whatever it looks like: "" for the root.
func (t territory) base(name string) (string, error) {
	if t.root == nil {
		absolute, err := filepath.Abs(name)
		return strings.Trim(filepath.Base(absolute), "/"), err
	}
	return strings.Trim(path.Base(path.Clean("/"+name)), "/"), nil
}

// mostLinks is how many symbolic links in a row the kernel follows
// (MAXSYMLINKS, include/linux/namei.h).
const mostLinks = 40

// follow gives the path that symbolic links at the end of a path lead to,
// whether or not something is there.
func (t territory) follow(name string) (string, error) {
	for range mostLinks {
		entry, err := t.open(name, unix.O_PATH|unix.O_NOFOLLOW)
		if errors.Is(err, unix.ENOENT) {
			return name, nil
		}
		if err != nil {
			return "", err
		}
		target, err := handle.Target(entry)
		entry.Close()
		if err != nil { // it is no link
			return name, nil
		}
		if !path.IsAbs(target) {
			target = name[:strings.LastIndexByte(name, '/')+1] + target
		}
		name = target
	}
	return "", unix.ELOOP
}
