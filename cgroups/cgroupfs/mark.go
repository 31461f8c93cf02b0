package cgroupfs

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"mydocker/internal/instance"
	"mydocker/resource"
)

// markAttribute is the extended attribute of a cgroup's directory that says
// which instance made it. The kernel keeps such attributes in memory, for as
// long as the cgroup lives, and lets root alone see them (trusted in xattr(7)).
// Writing one takes 5 µs.
const markAttribute = "trusted.mydocker"

// Ownership is what a cgroup's directory says of who made it.
type Ownership int

const (
	Unmarked Ownership = iota // its maker has not come to it, and may never
	Marked
	Unknowable // this kernel, or this user namespace, keeps no such attributes
)

// Owner reads whose a cgroup's directory is. One that is not there is an error
// that gone knows.
func Owner(directory string) (instance.Mark, Ownership, error) {
	value := make([]byte, 256) // more than a mark ever has
	size, err := unix.Lgetxattr(directory, markAttribute, value)
	switch {
	case err == nil:
		return instance.Mark(value[:size]), Marked, nil
	case errors.Is(err, unix.ENODATA):
		return "", Unmarked, nil
	case errors.Is(err, unix.ENOTSUP), errors.Is(err, unix.EPERM):
		return "", Unknowable, nil
	}
	return "", Unknowable, fmt.Errorf("reading whose %q is: %w", directory, err)
}

// setMark says whose the directory is. Where the kernel keeps no attributes,
// nobody can tell, and nobody takes it for his.
func (d Directory) setMark() error {
	if d.Mark == "" {
		return nil
	}
	err := unix.Lsetxattr(d.Location(), markAttribute, []byte(d.Mark), 0)
	if err == nil || errors.Is(err, unix.ENOTSUP) || errors.Is(err, unix.EPERM) {
		return nil
	}
	return fmt.Errorf("marking %q as mydocker's: %w", d.Location(), err)
}

// Stranger gives the mark of another instance whose directory it is, "" where
// it is ours, or as good as ours.
func (d Directory) Stranger() instance.Mark {
	mark, ownership, err := Owner(d.Location())
	if err != nil || ownership != Marked || d.Mark == "" || mark.Same(d.Mark) {
		return ""
	}
	return mark
}

// takeOver makes a directory ours that was there already: a killed mydocker may
// have left it.
func (d Directory) takeOver() error {
	if other := d.Stranger(); other != "" {
		return &resource.ForeignError{
			Object: fmt.Sprintf("cgroup %q", d.Location()),
			Owner:  fmt.Sprintf("another mydocker (--run-root %s)", other),
		}
	}
	return errors.Join(d.setMark(), d.allowForks())
}
