package rootfs

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Seal hides the masked paths, makes the read-only paths and, if the spec says
// so, the root read-only. It comes after everything that writes into the root.
func (r *Root) Seal() error {
	if err := r.maskPaths(); err != nil {
		return err
	}
	for _, name := range r.spec.Linux.ReadonlyPaths {
		if err := r.makeReadonly(name); err != nil {
			return fmt.Errorf("making %q read-only: %w", name, err)
		}
	}
	return r.sealRoot()
}

func (r *Root) sealRoot() error {
	if r.spec.Root == nil || !r.spec.Root.Readonly {
		return nil
	}
	if err := r.tree.change(attributes{set: unix.MOUNT_ATTR_RDONLY}); err != nil {
		return fmt.Errorf("making the root read-only: %w", err)
	}
	return nil
}

// change sets attributes of an attached mount, on any kernel.
func (t tree) change(wanted attributes) error {
	err := t.set(wanted, 0, false)
	if err == unix.ENOSYS {
		return t.remount(wanted)
	}
	return err
}

// maskPaths covers directories with one empty read-only tmpfs that all share,
// and everything else with the null device.
func (r *Root) maskPaths() error {
	var empty *tree
	defer func() {
		if empty != nil {
			empty.Close()
		}
	}()
	for _, name := range r.spec.Linux.MaskedPaths {
		target, err := r.open(name, unix.O_PATH)
		if errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) {
			continue // this kernel, or this image, has nothing to hide there
		}
		if err == nil {
			err = r.mask(target, &empty)
			target.Close()
		}
		if err != nil {
			return fmt.Errorf("masking %q: %w", name, err)
		}
	}
	return nil
}

func (r *Root) mask(target *os.File, empty **tree) error {
	directory, err := isDirectory(target)
	switch {
	case err != nil:
		return err
	case !directory:
		return r.maskFile(target)
	case *empty == nil:
		*empty, err = maskDirectory(target)
		return err
	}
	again, err := cloneFile((*empty).File, false)
	if err != nil {
		return err
	}
	defer again.Close()
	return again.attach(target)
}

// emptyTmpfs are the options of a tmpfs that can hold nothing.
var emptyTmpfs = [...]string{"nr_blocks=1", "nr_inodes=1", "mode=755"}

// maskDirectory covers a directory with a new tmpfs that can hold nothing.
func maskDirectory(target *os.File) (*tree, error) {
	wanted := options{
		attributes: attributes{set: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV | unix.MOUNT_ATTR_NOEXEC},
		data:       emptyTmpfs[:],
	}
	made, err := newFilesystem("tmpfs", "tmpfs", wanted)
	if errors.Is(err, errOldInterface) {
		return nil, mountOld(target, "tmpfs", "tmpfs", wanted)
	}
	if err != nil {
		return nil, err
	}
	return &made, made.attach(target)
}

// maskFile covers a file with the container's null device, after a look at
// what that really is: an image or a volume may have put something else there.
func (r *Root) maskFile(target *os.File) error {
	null, err := r.open("/dev/null", unix.O_PATH|unix.O_NOFOLLOW)
	if err != nil {
		return err
	}
	defer null.Close()
	if !isDevice(null, unix.S_IFCHR, unix.Mkdev(1, 3)) {
		return errors.New("\"/dev/null\" of the container is not the null device")
	}
	cover, err := cloneFile(null, false)
	if err != nil {
		return err
	}
	defer cover.Close()
	return cover.attach(target)
}

// makeReadonly binds a path on itself, with all below it, read-only.
func (r *Root) makeReadonly(name string) error {
	target, err := r.open(name, unix.O_PATH)
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	if err != nil {
		return err
	}
	defer target.Close()
	same, err := cloneFile(target, true)
	if err != nil {
		return err
	}
	defer same.Close()
	return same.place(target, options{
		bind: true, recursive: true,
		attributes: attributes{set: unix.MOUNT_ATTR_RDONLY},
	})
}
