package rootfs

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Enter makes the root the process' own and lets go of the host's.
func (r *Root) Enter() error {
	if err := unix.Fchdir(int(r.tree.Fd())); err != nil {
		return fmt.Errorf("entering the root: %w", err)
	}
	// The host's root goes on top of the new one, both under the name ".",
	// so that the image needs no directory for it (pivot_root(2)).
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("changing the root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("letting go of the host's root: %w", err)
	}
	if err := unix.Chdir("/"); err != nil {
		return fmt.Errorf("entering the root: %w", err)
	}
	return r.propagate()
}

// propagate gives the root the propagation of the spec.
func (r *Root) propagate() error {
	word := r.spec.Linux.RootfsPropagation
	if word == "" {
		return nil
	}
	kind, recursive, known := propagation(word)
	if !known {
		return fmt.Errorf("root propagation %q: must be private, slave, shared or unbindable, or one of them with an r before it", word)
	}
	flags := uintptr(kind)
	if recursive {
		flags |= unix.MS_REC
	}
	if err := unix.Mount("", "/", "", flags, ""); err != nil {
		return fmt.Errorf("setting root propagation %q: %w", word, err)
	}
	return nil
}

// Close closes what is open of the root. What is mounted stays.
func (r *Root) Close() error {
	for _, source := range r.sources {
		if source.File != nil {
			source.Close() // closed already, where it was attached
		}
	}
	return r.tree.Close()
}
