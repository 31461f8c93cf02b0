package rootfs

import (
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// openSources opens the sources of all bind mounts while the mount namespace
// still is the host's copy: a clone that is made now can follow the host, or
// share with it, as its propagation option asks.
func openSources(mounts []specs.Mount) ([]tree, error) {
	sources := make([]tree, len(mounts))
	for i, mount := range mounts {
		wanted, err := parseOptions(mount.Type, mount.Options)
		if err != nil {
			return nil, fmt.Errorf("mounting on %q: %w", mount.Destination, err)
		}
		if !wanted.hasSource() {
			continue
		}
		source, err := cloneTree(mount.Source, wanted.recursive)
		if err != nil {
			return nil, fmt.Errorf("mounting %q on %q: opening the source: %w", mount.Source, mount.Destination, err)
		}
		sources[i] = source
	}
	return sources, nil
}

// mount makes one of the spec's mounts. proc, unless nil, is open for the
// procfs of the container (fsopen(2)).
func (r *Root) mount(mount specs.Mount, source tree, proc *os.File) error {
	wanted, err := parseOptions(mount.Type, mount.Options)
	if err != nil {
		return err
	}
	switch {
	case wanted.remount:
		return r.remount(mount, wanted)
	case mount.Type == "cgroup" || mount.Type == "cgroup2":
		return r.reserveCgroup(mount, wanted)
	case wanted.bind:
		defer source.Close()
		return r.bind(mount, source, wanted)
	}
	if err := checkProc(mount, nil); err != nil {
		return err
	}
	return r.mountFilesystem(mount, wanted, proc)
}

// bind attaches the source of a bind mount.
func (r *Root) bind(mount specs.Mount, source tree, wanted options) error {
	if err := checkProc(mount, &source); err != nil {
		return err
	}
	directory, err := isDirectory(source.File)
	if err != nil {
		return err
	}
	target, err := r.target(mount.Destination, directory)
	if err != nil {
		return err
	}
	defer target.Close()
	if wanted.propagation == 0 {
		wanted.propagation, wanted.propagationRecursive = unix.MS_PRIVATE, true
	}
	return source.place(target, wanted)
}

// mountFilesystem makes a filesystem and attaches it.
func (r *Root) mountFilesystem(mount specs.Mount, wanted options, proc *os.File) error {
	if CopiesMode(mount) {
		wanted.data = append(slices.Clone(wanted.data), r.modeBelow(mount.Destination)...)
	}
	target, err := r.target(mount.Destination, true)
	if err != nil {
		return err
	}
	defer target.Close()
	if mount.Type == "proc" && proc != nil {
		return mountOpened(target, proc, mount, wanted)
	}
	return r.mountAt(target, mount, wanted)
}

// mountOpened makes a mount of a filesystem that somebody else has opened.
func mountOpened(target, context *os.File, mount specs.Mount, wanted options) error {
	made, err := configured(int(context.Fd()), mount.Type, mount.Source, wanted)
	if err != nil {
		return err
	}
	defer made.Close()
	wanted.attributes = attributes{} // fsmount(2) has set them
	return made.place(target, wanted)
}

// mountAt makes a filesystem on top of a directory that is open.
func (r *Root) mountAt(target *os.File, mount specs.Mount, wanted options) error {
	made, err := newFilesystem(mount.Type, mount.Source, wanted)
	if errors.Is(err, errOldInterface) {
		return mountOld(target, mount.Type, mount.Source, wanted)
	}
	if err != nil {
		return err
	}
	defer made.Close()
	wanted.attributes = attributes{} // fsmount(2) has set them
	return made.place(target, wanted)
}

// CopiesMode tells whether a mount is a tmpfs that says nothing of its mode.
func CopiesMode(mount specs.Mount) bool {
	return mount.Type == "tmpfs" &&
		!slices.ContainsFunc(mount.Options, func(option string) bool { return strings.HasPrefix(option, "mode=") })
}

// modeBelow gives the option by which a tmpfs has the mode of the directory that it
// covers, as other runtimes do. Where there is none, the kernel's 1777 stays.
func (r *Root) modeBelow(destination string) []string {
	covered, err := r.open(destination, unix.O_PATH)
	if err != nil {
		return nil // there will be one, or making it tells why not
	}
	defer covered.Close()
	var about unix.Stat_t
	if err := unix.Fstat(int(covered.Fd()), &about); err != nil {
		return nil
	}
	return []string{fmt.Sprintf("mode=%o", about.Mode&0o7777)}
}

// remount changes the attributes of a mount that an earlier line has made.
func (r *Root) remount(mount specs.Mount, wanted options) error {
	target, err := r.open(mount.Destination, unix.O_PATH)
	if err != nil {
		return err
	}
	defer target.Close()
	mounted := tree{target}
	needs, err := mounted.arrange(wanted)
	if err == unix.EINVAL {
		return fmt.Errorf("changing options: nothing is mounted there (%w)", err)
	}
	if err != nil || needs == nil {
		return err
	}
	return mounted.arrangeAttached(*needs)
}

// checkProc refuses what would hide the kernel's own procfs: on /proc there is
// procfs or nothing, and below it only the files that lxcfs replaces.
func checkProc(mount specs.Mount, source *tree) error {
	switch destination := path.Clean("/" + mount.Destination); {
	case destination == "/proc" && source == nil:
		if mount.Type != "proc" {
			return fmt.Errorf("type %q: only proc may be mounted there", mount.Type)
		}
	case destination == "/proc":
		var about unix.Statfs_t
		if err := unix.Fstatfs(int(source.Fd()), &about); err != nil {
			return err
		}
		if about.Type != unix.PROC_SUPER_MAGIC {
			return errors.New("only proc may be mounted there")
		}
	case len(destination) > 6 && destination[:6] == "/proc/" && !replaceable(destination):
		return errors.New("mounts below /proc are refused: they could hide or fake what it says")
	}
	return nil
}

// replaceable tells which files of /proc may be covered by others, as lxcfs
// does to show a container its own limits.
func replaceable(destination string) bool {
	return slices.Contains([]string{
		"/proc/cpuinfo", "/proc/diskstats", "/proc/loadavg", "/proc/meminfo",
		"/proc/slabinfo", "/proc/stat", "/proc/swaps", "/proc/uptime", "/proc/net/dev",
	}, destination)
}

// mountName is what a mount is called in messages.
func mountName(mount specs.Mount) string {
	if mount.Source != "" {
		return mount.Source
	}
	return mount.Type
}
