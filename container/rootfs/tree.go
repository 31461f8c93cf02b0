package rootfs

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// tree is a mount, with those below it, by its root directory or file. It
// comes to be detached (open_tree(2), fsmount(2)): nobody can see it before
// its attributes are right, and no path is resolved twice.
type tree struct {
	*os.File
}

// cloneTree copies the mount that a path of the host leads to.
func cloneTree(path string, recursive bool) (tree, error) {
	return openTree(unix.AT_FDCWD, path, recursive)
}

// cloneFile copies the mount under an open file, with that file as its root.
func cloneFile(file *os.File, recursive bool) (tree, error) {
	return openTree(int(file.Fd()), "", recursive)
}

func openTree(directory int, path string, recursive bool) (tree, error) {
	flags := uint(unix.OPEN_TREE_CLONE | unix.OPEN_TREE_CLOEXEC | unix.AT_EMPTY_PATH)
	if recursive {
		flags |= unix.AT_RECURSIVE
	}
	fd, err := unix.OpenTree(directory, path, flags)
	if err != nil {
		return tree{}, err
	}
	return tree{os.NewFile(uintptr(fd), path)}, nil
}

// arrange gives the tree the attributes and the propagation that its options
// ask for. needs is what has to be done after attaching, on kernels without
// mount_setattr(2).
func (t tree) arrange(wanted options) (needs *options, err error) {
	if wanted.bind && wanted.recursive {
		wanted.below.set |= wanted.attributes.set & unix.MOUNT_ATTR_RDONLY
	}
	err = t.set(wanted.attributes, wanted.propagation, wanted.propagationRecursive)
	if err == nil && !wanted.below.empty() {
		err = t.set(wanted.below, 0, true)
	}
	if err == unix.ENOSYS {
		return &wanted, nil
	}
	return nil, err
}

// set is mount_setattr(2) on the tree.
func (t tree) set(wanted attributes, propagation uint64, recursive bool) error {
	if wanted.empty() && propagation == 0 {
		return nil
	}
	flags := uint(unix.AT_EMPTY_PATH)
	if recursive && propagation != 0 && !wanted.empty() {
		if err := t.set(wanted, 0, false); err != nil {
			return err
		}
		wanted = attributes{}
	}
	if recursive {
		flags |= unix.AT_RECURSIVE
	}
	return unix.MountSetattr(int(t.Fd()), "", flags, &unix.MountAttr{
		Attr_set:    wanted.set,
		Attr_clr:    wanted.clear,
		Propagation: propagation,
	})
}

// attach puts the tree on top of target.
func (t tree) attach(target *os.File) error {
	flags := unix.MOVE_MOUNT_F_EMPTY_PATH | unix.MOVE_MOUNT_T_EMPTY_PATH
	return unix.MoveMount(int(t.Fd()), "", int(target.Fd()), "", flags)
}

// place arranges the tree and attaches it.
func (t tree) place(target *os.File, wanted options) error {
	needs, err := t.arrange(wanted)
	if err != nil {
		return fmt.Errorf("setting mount options: %w", err)
	}
	if err := t.attach(target); err != nil {
		return err
	}
	if needs != nil {
		return t.arrangeAttached(*needs)
	}
	return nil
}

// descriptorPath names an open file for the system calls that want a path. It
// works where the host's procfs is at /proc, before pivot_root.
func descriptorPath(file *os.File) string {
	return "/proc/self/fd/" + strconv.Itoa(int(file.Fd()))
}
