package rootfs

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

// options are the option words of one mount, sorted by what they act on.
type options struct {
	bind      bool
	recursive bool // rbind: with the mounts below the source
	remount   bool
	idmap     bool // the IDs of its files mean those of the container's user namespace
	idmapAll  bool // ridmap: those of the mounts below it too

	attributes attributes // of the mount itself
	below      attributes // of the mount and of all below it (rro, rnosuid …)

	propagation          uint64 // MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE; 0 when not given
	propagationRecursive bool

	data []string // for the filesystem: "size=64m", "sync"
}

// attributes are MOUNT_ATTR_* bits (mount_setattr(2)) to set and to clear.
type attributes struct {
	set, clear uint64
}

func (a attributes) empty() bool { return a.set == 0 && a.clear == 0 }

// parseOptions sorts the words of mount(8) and of the runtime-spec (section
// Mounts). A word that is none of them is left to the filesystem.
func parseOptions(kind string, words []string) (options, error) {
	parsed := options{bind: kind == "bind"}
	for _, word := range words {
		if parsed.structure(word) || parsed.spread(word) || parsed.attributes.add(word) {
			continue
		}
		if name, found := strings.CutPrefix(word, "r"); found && parsed.below.add(name) {
			continue
		}
		if word != "" && word != "defaults" {
			parsed.data = append(parsed.data, word)
		}
	}
	if parsed.bind && len(parsed.data) > 0 {
		return parsed, fmt.Errorf("option %q: not an option of a bind mount", parsed.data[0])
	}
	if parsed.remount && len(parsed.data) > 0 {
		return parsed, fmt.Errorf("option %q: a remount changes the mount's own options only", parsed.data[0])
	}
	if strings.Contains(strings.Join(parsed.data, ""), "\x00") {
		return parsed, fmt.Errorf("options %q: they hold a NUL byte", parsed.data)
	}
	return parsed, nil
}

// hasSource tells whether the mount shows something of the host's.
func (o options) hasSource() bool { return o.bind && !o.remount }

// structure takes the words that say what kind of mount is wanted.
func (o *options) structure(word string) bool {
	switch word {
	case "bind":
		o.bind = true
	case "rbind":
		o.bind, o.recursive = true, true
	case "remount":
		o.remount = true
	case "idmap":
		o.idmap = true
	case "ridmap":
		o.idmap, o.idmapAll = true, true
	default:
		return false
	}
	return true
}

// spread takes the words that say how mounts propagate (mount_namespaces(7)).
func (o *options) spread(word string) bool {
	kind, recursive, known := propagation(word)
	if known {
		o.propagation, o.propagationRecursive = kind, recursive
	}
	return known
}

// propagation reads one word such as "rslave".
func propagation(word string) (kind uint64, recursive, known bool) {
	switch strings.TrimPrefix(word, "r") {
	case "private":
		kind = unix.MS_PRIVATE
	case "slave":
		kind = unix.MS_SLAVE
	case "shared":
		kind = unix.MS_SHARED
	case "unbindable":
		kind = unix.MS_UNBINDABLE
	}
	return kind, strings.HasPrefix(word, "r"), kind != 0
}

// add takes one word about a mount's own attributes.
func (a *attributes) add(word string) bool {
	switch word {
	case "atime", "relatime":
		a.accessTime(unix.MOUNT_ATTR_RELATIME)
	case "noatime":
		a.accessTime(unix.MOUNT_ATTR_NOATIME)
	case "strictatime", "norelatime":
		a.accessTime(unix.MOUNT_ATTR_STRICTATIME)
	case "nostrictatime":
		a.accessTime(unix.MOUNT_ATTR_RELATIME)
	default:
		bit, on := attribute(word)
		if bit == 0 {
			return false
		}
		a.turn(bit, on)
	}
	return true
}

// turn switches one attribute on or off; the last word wins.
func (a *attributes) turn(bit uint64, on bool) {
	if on {
		a.set, a.clear = a.set|bit, a.clear&^bit
	} else {
		a.set, a.clear = a.set&^bit, a.clear|bit
	}
}

// accessTime chooses one of the kernel's exclusive access time modes, which
// it wants cleared as a whole before one is set.
func (a *attributes) accessTime(mode uint64) {
	a.clear |= unix.MOUNT_ATTR__ATIME
	a.set = a.set&^unix.MOUNT_ATTR__ATIME | mode
}

// attribute gives the bit that a word is about, and whether it is to be on.
func attribute(word string) (bit uint64, on bool) {
	switch word {
	case "ro":
		return unix.MOUNT_ATTR_RDONLY, true
	case "rw":
		return unix.MOUNT_ATTR_RDONLY, false
	case "nosuid":
		return unix.MOUNT_ATTR_NOSUID, true
	case "suid":
		return unix.MOUNT_ATTR_NOSUID, false
	case "nodev":
		return unix.MOUNT_ATTR_NODEV, true
	case "dev":
		return unix.MOUNT_ATTR_NODEV, false
	case "noexec":
		return unix.MOUNT_ATTR_NOEXEC, true
	case "exec":
		return unix.MOUNT_ATTR_NOEXEC, false
	case "nodiratime":
		return unix.MOUNT_ATTR_NODIRATIME, true
	case "diratime":
		return unix.MOUNT_ATTR_NODIRATIME, false
	case "nosymfollow":
		return unix.MOUNT_ATTR_NOSYMFOLLOW, true
	case "symfollow":
		return unix.MOUNT_ATTR_NOSYMFOLLOW, false
	}
	return 0, false
}
