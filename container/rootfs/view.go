package rootfs

import (
	"fmt"
	"os"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// View mounts the root of a container that does not run, with the bind mounts
// of the spec in it, to be looked into and written to from outside: no devices,
// no filesystems of the kernel. As with Make, the mount namespace must be a new
// one.
func View(spec *specs.Spec, root specs.Mount) (*Root, error) {
	sources, err := openSources(spec.Mounts)
	if err != nil {
		return nil, err
	}
	r := &Root{spec: spec, sources: sources}
	source, err := rootSource(root)
	if err != nil {
		return nil, err
	}
	if err := leaveHost(""); err != nil {
		return nil, err
	}
	if err := r.mountRoot(root, source); err != nil {
		return nil, fmt.Errorf("mounting the root (%s): %w", root.Type, err)
	}
	for i, mount := range spec.Mounts {
		if mount.Type != "bind" {
			continue
		}
		if err := r.mountNumber(i, nil); err != nil {
			return nil, err
		}
	}
	return r, r.sealRoot()
}

// Alone gives the mount of a directory without those in it, detached. The
// calling thread must be in the mount namespace of the directory.
func Alone(directory *os.File) (*os.File, error) {
	fd, err := unix.OpenTree(int(directory.Fd()), "", unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_EMPTY_PATH)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), directory.Name()), nil
}

// Detach unmounts what a directory is the root of, with all that is mounted in
// it.
func Detach(root *os.File) error {
	if err := unix.Unmount(descriptorPath(root), unix.MNT_DETACH); err != nil {
		return fmt.Errorf("unmounting the view: %w", err)
	}
	return nil
}
