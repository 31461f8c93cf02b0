package cgroupfs

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Remove removes the directory, cgroups below it, and parents that are empty
// then. As long as the kernel says that something is inside, it calls kill,
// which is to end it. One of another instance is left alone: ours is gone.
func (d Directory) Remove(kill func() error) error {
	if d.Stranger() != "" {
		return nil
	}
	wait := patiently()
	for {
		err := removeTree(d.Location())
		if err == nil {
			d.removeAncestors()
			return nil
		}
		if err != unix.EBUSY {
			return fmt.Errorf("removing directory %q: %w", d.Location(), err)
		}
		if err := kill(); err != nil {
			return err
		}
		if !wait() {
			return fmt.Errorf("removing directory %q: %w after %v", d.Location(), err, Patience)
		}
	}
}

func (d Directory) removeAncestors() {
	ancestors := d.Ancestors()
	for i := len(ancestors) - 1; i >= 0; i-- {
		// Busy is a parent with other children; gone, one that they removed.
		if err := unix.Rmdir(ancestors[i]); err != nil && err != unix.ENOENT {
			return
		}
	}
}

// removeTree removes a directory and those below it; one that is not there is
// removed. The files in it are the kernel's and go with it.
func removeTree(directory string) error {
	err := unix.Rmdir(directory)
	if err == unix.EBUSY {
		if err = removeBelow(directory); err == nil {
			err = unix.Rmdir(directory)
		}
	}
	if err == unix.ENOENT {
		return nil
	}
	return err
}

// removeBelow removes the cgroups below one; that there are none is EBUSY, as
// something else keeps it then.
func removeBelow(directory string) error {
	if has, err := hasChildren(unix.AT_FDCWD, directory); err != nil || !has {
		return unix.EBUSY
	}
	top, err := stand(directory)
	if err != nil {
		return IgnoreGone(err)
	}
	defer top.leave()
	return top.removeBelow()
}

func (p *place) removeBelow() error {
	names, err := p.names()
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := p.within(name, p.removeBelow); err != nil {
			return err
		}
		if err := unix.Unlinkat(p.fd(), name, unix.AT_REMOVEDIR); err != nil && err != unix.ENOENT {
			return err
		}
	}
	return nil
}
