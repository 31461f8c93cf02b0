package rootfs

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/moby/sys/mountinfo"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/cgroups"
)

// cgroupMount is the mount of the cgroup hierarchies. It waits until the process
// is in the container's cgroup and has taken a cgroup namespace there, so that
// it shows the container's own subtree as its root.
type cgroupMount struct {
	mount       specs.Mount
	wanted      options
	target      *os.File
	hierarchies []hierarchy // of version 1
	unified     bool        // the host has none of version 1
}

// hierarchy is one of version 1 as the host has mounted it.
type hierarchy struct {
	name    string   // its directory, such as "cpu,cpuacct"
	options []string // what selects it, such as "cpu", "cpuacct"; or "none", "name=systemd"
}

// reserveCgroup makes the place for the mount and remembers it.
func (r *Root) reserveCgroup(mount specs.Mount, wanted options) error {
	if r.cgroup != nil {
		return errors.New("a container has one cgroup mount")
	}
	if wanted.bind {
		return errors.New("the container's own hierarchies are mounted there; drop the option \"bind\"")
	}
	found, err := hostHierarchies()
	if err != nil {
		return err
	}
	target, err := r.target(mount.Destination, true)
	if err != nil {
		return err
	}
	r.cgroup = &cgroupMount{mount: mount, wanted: wanted, target: target, hierarchies: found, unified: len(found) == 0}
	return nil
}

// MountCgroup mounts the hierarchies, if the spec wants them. It is called
// inside the container's cgroup namespace. membership is what /proc/PID/cgroup of
// a process of the container says outside of it (cgroups(7)). A hierarchy of
// version 1 in which the container has no cgroup of its own would show that of
// the host, and is left out.
func (r *Root) MountCgroup(membership []byte) error {
	if r.cgroup == nil {
		return nil
	}
	defer r.cgroup.target.Close()
	r.cgroup.hierarchies = slices.DeleteFunc(r.cgroup.hierarchies, func(h hierarchy) bool {
		return !h.isOwn(r.spec.Linux.CgroupsPath, membership)
	})
	var err error
	if r.cgroup.unified {
		err = r.cgroup.mountUnified()
	} else {
		err = r.cgroup.mountHierarchies()
	}
	if err != nil {
		return fmt.Errorf("mounting cgroups on %q: %w", r.cgroup.mount.Destination, err)
	}
	return nil
}

func (c *cgroupMount) mountUnified() error {
	made, err := newFilesystem("cgroup2", "cgroup", c.wanted)
	if err != nil {
		return err
	}
	defer made.Close()
	return made.attach(c.target)
}

// mountHierarchies makes a tmpfs with a directory for each hierarchy, and a
// symbolic link for each controller of those that have several.
func (c *cgroupMount) mountHierarchies() error {
	writable := c.wanted
	writable.attributes.set &^= unix.MOUNT_ATTR_RDONLY
	writable.data = []string{"mode=755"}
	shelf, err := newFilesystem("tmpfs", "tmpfs", writable)
	if err != nil {
		return err
	}
	defer shelf.Close()
	if err := shelf.attach(c.target); err != nil {
		return err
	}
	for _, h := range c.hierarchies {
		if err := c.mountHierarchy(shelf, h); err != nil {
			return fmt.Errorf("hierarchy %q: %w", h.name, err)
		}
	}
	return shelf.change(c.wanted.attributes)
}

func (c *cgroupMount) mountHierarchy(shelf tree, h hierarchy) error {
	if err := unix.Mkdirat(int(shelf.Fd()), h.name, 0o755); err != nil {
		return err
	}
	target, err := openChild(shelf.File, h.name, unix.O_PATH|unix.O_DIRECTORY)
	if err != nil {
		return err
	}
	defer target.Close()
	made, err := newFilesystem("cgroup", "cgroup", options{attributes: c.wanted.attributes, data: h.options})
	if err != nil {
		return err
	}
	defer made.Close()
	if err := made.attach(target); err != nil {
		return err
	}
	return linkControllers(shelf, h)
}

// isOwn tells whether a process is in the cgroup of that path in the hierarchy:
// lines of membership are NUMBER:CONTROLLERS:PATH.
func (h hierarchy) isOwn(path string, membership []byte) bool {
	if path == "" {
		return true // whoever made the spec says nothing about it
	}
	for line := range bytes.Lines(membership) {
		fields := strings.SplitN(strings.TrimSpace(string(line)), ":", 3)
		if len(fields) == 3 && slices.Contains(strings.Split(fields[1], ","), h.options[len(h.options)-1]) {
			return strings.HasSuffix(fields[2], "/"+strings.TrimPrefix(path, "/"))
		}
	}
	return false
}

func linkControllers(shelf tree, h hierarchy) error {
	if !strings.Contains(h.name, ",") {
		return nil
	}
	for controller := range strings.SplitSeq(h.name, ",") {
		if err := unix.Symlinkat(h.name, int(shelf.Fd()), controller); err != nil && err != unix.EEXIST {
			return err
		}
	}
	return nil
}

// hostHierarchies finds which hierarchies of version 1 are mounted.
func hostHierarchies() ([]hierarchy, error) {
	mounts, err := cgroups.Mounts()
	if err != nil {
		return nil, err
	}
	var found []hierarchy
	for _, mount := range mounts {
		h, isHierarchy := hierarchyOf(mount)
		if isHierarchy && !slices.ContainsFunc(found, func(other hierarchy) bool { return other.name == h.name }) {
			found = append(found, h)
		}
	}
	return found, nil
}

func hierarchyOf(mount *mountinfo.Info) (hierarchy, bool) {
	if mount.FSType != "cgroup" {
		return hierarchy{}, false
	}
	h := hierarchy{name: path.Base(mount.Mountpoint)}
	for word := range strings.SplitSeq(mount.VFSOptions, ",") {
		switch {
		case strings.HasPrefix(word, "name="):
			h.options = append(h.options, "none", word)
		case !isModifier(word):
			h.options = append(h.options, word)
		}
	}
	return h, len(h.options) > 0
}

// isModifier tells which options of a hierarchy are not its controllers.
func isModifier(word string) bool {
	switch word {
	case "rw", "ro", "xattr", "noprefix", "clone_children", "cpuset_v2_mode", "favordynmods":
		return true
	}
	return strings.HasPrefix(word, "release_agent=")
}
