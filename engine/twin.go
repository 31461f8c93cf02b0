package engine

import (
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"mydocker/cgroups/cgroupfs"
	"mydocker/cgroups/manager"
	"mydocker/internal/openat2"
)

// Another mydocker may use directories of the same names in a mount namespace of its
// own, such as a /run that only a service sees. Its objects bear our mark, and its
// monitors our command line.

// sees tells whether a process that names our directories means them: it is in our
// mount namespace, or one of them is the same there. A state directory may be shared
// by those who share no run-time directory.
func (e *Engine) sees(pid int) bool {
	its, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/mnt", pid))
	own, ownErr := os.Readlink("/proc/self/ns/mnt")
	if err != nil || ownErr != nil || its == own {
		return true
	}
	root, err := os.Open(fmt.Sprintf("/proc/%d/root", pid))
	if err != nil {
		return true
	}
	defer root.Close()
	return isSameBelow(root, e.Layout.Root) || isSameBelow(root, e.Layout.RunRoot)
}

// isSameBelow tells whether a directory is the same when its path begins at another
// root, whose symbolic links count there.
func isSameBelow(root *os.File, directory string) bool {
	fd, err := openat2.Open(int(root.Fd()), directory, &unix.OpenHow{
		Flags:   unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS,
	})
	if err != nil {
		return false
	}
	opened := os.NewFile(uintptr(fd), directory)
	defer opened.Close()
	there, err := opened.Stat()
	here, hereErr := os.Stat(directory)
	return err == nil && hereErr == nil && os.SameFile(there, here)
}

// hasTwin tells whether there is such an instance, as far as its running containers
// tell.
func (l *look) hasTwin() bool {
	all, err := manager.Containers()
	l.fail(err)
	return slices.ContainsFunc(all, func(found manager.Found) bool {
		if found.Ownership != cgroupfs.Marked || !l.mark().Same(found.Mark) || l.isDeserted(found) {
			return false
		}
		inside, err := l.cgroupOf(found.Container).Processes()
		l.fail(err)
		return slices.ContainsFunc(inside, l.isTwins)
	})
}

// isTwins tells whether a process is the first of a container that such an instance
// runs, whatever its program is called.
func (l *look) isTwins(pid int) bool {
	parent, first := firstProcess(pid)
	if !first {
		return false
	}
	_, named := l.namedBy(parent)
	return (named || isMydocker(parent)) && !l.sees(parent)
}
