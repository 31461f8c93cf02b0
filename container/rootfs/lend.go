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

// Borrower is a container in a user namespace of its own. It has no privilege
// over the host's file systems, and is lent what it needs of them.
type Borrower struct {
	Namespace *os.File // its user namespace, with the mappings written
	UID, GID  uint32   // who its root is on the host
}

// Lend opens what of the host's file systems a borrower's root is made of, in
// the order in which MakeLent takes it: the root, and the sources of its bind
// mounts. Files belong, in there, to the IDs that they have on disk (idmapped
// mounts, mount_setattr(2)): to the borrower's root what belongs to root.
//
// The calling thread is in a mount namespace of its own from then on, acts as
// the borrower on file systems, and is good for nothing else.
func Lend(spec *specs.Spec, root specs.Mount, to Borrower) ([]*os.File, error) {
	sources, err := openSources(spec.Mounts)
	if err != nil {
		return nil, err
	}
	for i, mount := range spec.Mounts {
		if err := to.mapSource(sources[i], mount); err != nil {
			return nil, fmt.Errorf("mounting %q on %q: %w", mount.Source, mount.Destination, err)
		}
	}
	top, err := to.lendRoot(root)
	if err != nil {
		return nil, fmt.Errorf("mounting the root (%s): %w", root.Type, err)
	}
	lent := []*os.File{top.File}
	for _, source := range sources {
		if source.File != nil {
			lent = append(lent, source.File)
		}
	}
	return lent, nil
}

// mapSource maps the IDs of a bind mount that asks for it.
func (b Borrower) mapSource(source tree, mount specs.Mount) error {
	wanted, err := parseOptions(mount.Type, mount.Options)
	if err != nil || source.File == nil || !wanted.idmap {
		return err
	}
	return source.mapIDs(b.Namespace, wanted.idmapAll)
}

func (b Borrower) lendRoot(root specs.Mount) (tree, error) {
	wanted, err := parseOptions(root.Type, root.Options)
	if err != nil {
		return tree{}, err
	}
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return tree{}, fmt.Errorf("making a mount namespace: %w", err)
	}
	if err := leaveHost(""); err != nil {
		return tree{}, err
	}
	if wanted.bind {
		source, err := cloneTree(root.Source, wanted.recursive)
		if err != nil {
			return tree{}, err
		}
		return source, source.mapIDs(b.Namespace, wanted.recursive)
	}
	for _, directory := range LayerDirectories(wanted.data) {
		if err := b.cover(directory); err != nil {
			return tree{}, fmt.Errorf("layer %q: %w", directory, err)
		}
	}
	if err := ActAs(b.UID, b.GID); err != nil {
		return tree{}, err
	}
	return newDetached(root, wanted)
}

// cover puts over a directory, in this mount namespace alone, the same with
// its IDs mapped. An overlay on such layers writes IDs to disk as they are in
// the container, so that whoever reads the layers later sees no difference.
func (b Borrower) cover(directory string) error {
	same, err := cloneTree(directory, false)
	if err != nil {
		return err
	}
	defer same.Close()
	if err := same.mapIDs(b.Namespace, false); err != nil {
		return err
	}
	at, err := os.OpenFile(directory, unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	defer at.Close()
	return same.attach(at)
}

// ActAs makes another user, such as the root of a container with IDs of its own,
// the owner of what the calling thread makes. An overlay remembers who mounted
// it, and makes its work directory and its whiteouts as that user, who must be
// one that the layers know. The thread keeps its privileges, which a change of
// user takes away otherwise (capabilities(7)).
func ActAs(uid, gid uint32) error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var held [2]unix.CapUserData
	if err := unix.Capget(&header, &held[0]); err != nil {
		return err
	}
	if err := errors.Join(unix.Setfsgid(int(gid)), unix.Setfsuid(int(uid))); err != nil {
		return err
	}
	return unix.Capset(&header, &held[0])
}

// LayerDirectories gives the directories that an overlay's options name. The
// upper and the work directory lie side by side, and must stay on one mount.
func LayerDirectories(data []string) []string {
	var directories []string
	for _, word := range data {
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "lowerdir":
			directories = append(directories, Layers(value)...)
		case "lowerdir+":
			directories = append(directories, value)
		case "upperdir", "workdir":
			directories = append(directories, path.Dir(path.Clean(unescape(value))))
		}
	}
	slices.Sort(directories)
	return slices.Compact(directories)
}

// newDetached makes a filesystem's mount, by whichever interface can, and
// leaves it in no mount namespace.
func newDetached(root specs.Mount, wanted options) (tree, error) {
	made, err := newFilesystem(root.Type, root.Source, wanted)
	if !errors.Is(err, errOldInterface) {
		return made, err
	}
	top, err := mountOnTop(root, wanted)
	if err != nil {
		return tree{}, err
	}
	defer top.Close()
	return cloneFile(top.File, false)
}

// MakeLent is Make for a borrower, with what Lend has opened.
func MakeLent(spec *specs.Spec, lent []*os.File) (*Root, error) {
	if len(lent) != LentFiles(spec) {
		return nil, fmt.Errorf("making the root: %d mounts were lent", len(lent))
	}
	if err := leaveHost(spec.Linux.RootfsPropagation); err != nil {
		return nil, err
	}
	host, err := os.OpenFile("/", unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	defer host.Close()
	r := &Root{spec: spec, tree: tree{lent[0]}, sources: make([]tree, len(spec.Mounts))}
	if err := r.tree.attach(host); err != nil {
		return nil, fmt.Errorf("attaching the root: %w", err)
	}
	lent = lent[1:]
	for i, mount := range spec.Mounts {
		if wanted, err := parseOptions(mount.Type, mount.Options); err == nil && wanted.hasSource() {
			r.sources[i], lent = tree{lent[0]}, lent[1:]
		}
	}
	return r, r.furnish()
}

// LentFiles is how many files Lend gives.
func LentFiles(spec *specs.Spec) int {
	count := 1
	for _, mount := range spec.Mounts {
		if wanted, err := parseOptions(mount.Type, mount.Options); err == nil && wanted.hasSource() {
			count++
		}
	}
	return count
}
