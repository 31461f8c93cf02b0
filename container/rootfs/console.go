package rootfs

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Directory is the container's root directory.
func (r *Root) Directory() *os.File { return r.tree.File }

// MountConsole makes /dev/console the slave side of the container's terminal.
func (r *Root) MountConsole(slave *os.File) error {
	if r.hasBoundDev() {
		return nil
	}
	if err := r.mountConsole(slave); err != nil {
		return fmt.Errorf("mounting the terminal on \"/dev/console\": %w", err)
	}
	return nil
}

func (r *Root) mountConsole(slave *os.File) error {
	target, err := r.target("/dev/console", false)
	if err != nil {
		return err
	}
	defer target.Close()
	console, err := cloneFile(slave, false)
	if err != nil {
		return err
	}
	defer console.Close()
	return console.place(target, options{bind: true, propagation: unix.MS_PRIVATE})
}

// EnsureDirectory makes a directory of the container where it is missing.
func (r *Root) EnsureDirectory(name string) error {
	directory, err := r.directory(name)
	if err != nil {
		return fmt.Errorf("making directory %q: %w", name, err)
	}
	return directory.Close()
}
