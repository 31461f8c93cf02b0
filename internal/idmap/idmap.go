// Package idmap translates between the IDs that a container with a user
// namespace of its own has inside and those that the host has for them
// (user_namespaces(7)). The kernel does so for programs in the container; who
// looks at its files from outside does it here.
package idmap

import (
	"encoding/binary"
	"slices"
)

// Map says that the IDs from 0 to Size-1 inside are First and the following on
// the host. The zero Map is that of a container that has the host's IDs.
type Map struct {
	First, Size uint32
}

// Nobody is the ID inside for whoever has none there (/proc/sys/fs/overflowuid).
const Nobody = 65534

// Inside gives the ID inside for one of the host.
func (m Map) Inside(host int) int {
	switch first := int(m.First); {
	case m.Size == 0:
		return host
	case host < first || host >= first+int(m.Size):
		return Nobody
	default:
		return host - first
	}
}

// Outside gives the host's ID for one inside, if it has one.
func (m Map) Outside(inside int) (host int, found bool) {
	if m.Size == 0 {
		return inside, true
	}
	return inside + int(m.First), inside >= 0 && inside < int(m.Size)
}

// A program's capabilities name, in their third version, the root user of the
// user namespace in which they count (struct vfs_ns_cap_data,
// linux/capability.h): 20 bytes of the second version, and that ID.
const (
	capability     = "security.capability"
	lengthWithout  = 20
	lengthWithRoot = 24
	versionMask    = 0xff000000
	versionWithout = 0x02000000
	versionWith    = 0x03000000
)

// AttributeInside gives an extended attribute as a program inside sees it.
func (m Map) AttributeInside(name string, value []byte) []byte {
	if m.Size == 0 || name != capability || len(value) != lengthWithRoot {
		return value
	}
	root := m.Inside(int(binary.LittleEndian.Uint32(value[lengthWithout:])))
	if root == 0 {
		return withVersion(value[:lengthWithout], versionWithout)
	}
	return withRoot(value, uint32(root))
}

// AttributeOutside is the other direction of AttributeInside.
func (m Map) AttributeOutside(name string, value []byte) []byte {
	if m.Size == 0 || name != capability || len(value) < lengthWithout {
		return value
	}
	root := uint32(0)
	if len(value) == lengthWithRoot {
		root = binary.LittleEndian.Uint32(value[lengthWithout:])
	}
	host, _ := m.Outside(int(root))
	return withRoot(value[:lengthWithout], uint32(host))
}

func withVersion(value []byte, version uint32) []byte {
	changed := slices.Clone(value)
	first := binary.LittleEndian.Uint32(changed)
	binary.LittleEndian.PutUint32(changed, first&^versionMask|version)
	return changed
}

func withRoot(value []byte, root uint32) []byte {
	return binary.LittleEndian.AppendUint32(withVersion(value[:lengthWithout], versionWith), root)
}
