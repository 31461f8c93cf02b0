// Package rootfs makes what a container sees as its file system: the root,
// the mounts, devices and masks in it, and the step from the host's root into
// it. It works on the calling process' mount namespace, which must be a new
// one, and resolves every path of the container by the kernel, inside the
// container's root.
package rootfs

import (
	"errors"
	"fmt"
	"os"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// Root is the root of a container that is being made.
type Root struct {
	spec *specs.Spec
	tree tree // the root's own mount, on top of the host's root

	sources []tree       // of the spec's bind mounts, in its order; else empty
	cgroup  *cgroupMount // the mount that has to wait for the cgroup namespace

	noProc  bool  // there is no process yet whose procfs could be mounted
	waiting []int // the mounts, by their index in the spec, that wait for procfs
}

// Make mounts the root and all that lies in it. The host's root stays the
// process' root until Enter. Nothing is visible outside the mount namespace.
func Make(spec *specs.Spec, root specs.Mount) (*Root, error) {
	return (&Root{spec: spec}).make(root)
}

// MakeWithoutProc is Make for a caller that is not in the container's pid
// namespace. MountProc does the rest.
func MakeWithoutProc(spec *specs.Spec, root specs.Mount) (*Root, error) {
	return (&Root{spec: spec, noProc: true}).make(root)
}

func (r *Root) make(root specs.Mount) (*Root, error) {
	var err error
	if r.sources, err = openSources(r.spec.Mounts); err != nil {
		return nil, err
	}
	rootSource, err := rootSource(root)
	if err != nil {
		return nil, err
	}
	if err := leaveHost(r.spec.Linux.RootfsPropagation); err != nil {
		return nil, err
	}
	if err := r.mountRoot(root, rootSource); err != nil {
		return nil, fmt.Errorf("mounting the root (%s): %w", root.Type, err)
	}
	return r, r.furnish()
}

// furnish makes what lies in the root.
func (r *Root) furnish() error {
	for i := range r.spec.Mounts {
		if r.noProc && isProc(r.spec.Mounts[i].Destination) {
			r.waiting = append(r.waiting, i)
			continue
		}
		if err := r.mountNumber(i, nil); err != nil {
			return err
		}
	}
	return r.makeDevices()
}

// mountNumber makes the mount with that index in the spec.
func (r *Root) mountNumber(i int, proc *os.File) error {
	mount := r.spec.Mounts[i]
	if err := r.mount(mount, r.sources[i], proc); err != nil {
		return fmt.Errorf("mounting %q on %q: %w", mountName(mount), mount.Destination, err)
	}
	return nil
}

// MountProc makes the mounts that wait for procfs, which context is open for
// (fsopen(2)), and those on files in it.
func (r *Root) MountProc(context *os.File) error {
	for _, i := range r.waiting {
		if err := r.mountNumber(i, context); err != nil {
			return err
		}
	}
	return nil
}

// leaveHost ends the propagation of mounts to the host and, unless the
// container is to follow its host, from it.
func leaveHost(wanted string) error {
	kind := uintptr(unix.MS_PRIVATE)
	if wanted == "slave" || wanted == "rslave" {
		kind = unix.MS_SLAVE
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|kind, ""); err != nil {
		return fmt.Errorf("making mounts private: %w", err)
	}
	return nil
}

// rootSource opens the directory that is to be the root, if it is one.
func rootSource(root specs.Mount) (tree, error) {
	wanted, err := parseOptions(root.Type, root.Options)
	if err != nil || !wanted.bind {
		return tree{}, err
	}
	source, err := cloneTree(root.Source, wanted.recursive)
	if err != nil {
		return tree{}, fmt.Errorf("opening root directory %q: %w", root.Source, err)
	}
	return source, nil
}

// mountRoot puts the root on top of the host's root, for want of any other
// directory that is sure to exist; "/.." leads to it there.
func (r *Root) mountRoot(root specs.Mount, source tree) error {
	wanted, err := parseOptions(root.Type, root.Options)
	if err != nil {
		return err
	}
	host, err := os.OpenFile("/", unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	defer host.Close()
	if wanted.bind {
		r.tree = source
		wanted.propagation, wanted.propagationRecursive = unix.MS_PRIVATE, true
		return r.tree.place(host, wanted)
	}
	r.tree, err = newFilesystem(root.Type, root.Source, wanted)
	if errors.Is(err, errOldInterface) {
		r.tree, err = mountOnTop(root, wanted)
		return err
	}
	if err != nil {
		return err
	}
	return r.tree.attach(host)
}

// mountOnTop mounts by mount(2) on top of the host's root, and gives the mount
// as it is attached there.
func mountOnTop(root specs.Mount, wanted options) (tree, error) {
	host, err := os.OpenFile("/", unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return tree{}, err
	}
	defer host.Close()
	if err := mountOld(host, root.Type, root.Source, wanted); err != nil {
		return tree{}, err
	}
	top, err := os.OpenFile("/..", unix.O_PATH|unix.O_DIRECTORY, 0)
	return tree{top}, err
}
