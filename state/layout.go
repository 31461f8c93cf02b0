// Package state is the JSON store: where files lie, how they are locked, and
// how they are written so that no crash leaves half of one.
package state

import "path/filepath"

// The directories used when neither flag nor environment names others.
const (
	DefaultRoot    = "/var/lib/mydocker"
	DefaultRunRoot = "/run/mydocker"
)

// Layout says where everything lies. Root survives a reboot; what lies under
// RunRoot means nothing after one. Two layouts that share no directory are two
// instances that never meet.
type Layout struct {
	Root    string
	RunRoot string
}

// Containers holds one directory for each container, named by its ID.
func (l Layout) Containers() string { return filepath.Join(l.Root, "containers") }

// Container is the directory of one container: record, log, writable layer.
func (l Layout) Container(id string) string { return filepath.Join(l.Containers(), id) }

// Names holds a symbolic link for each container name; it points at the ID.
func (l Layout) Names() string { return filepath.Join(l.Root, "names") }

// Networks holds one record for each network, NAME.json.
func (l Layout) Networks() string { return filepath.Join(l.Root, "networks") }

// Images is the directory into which a user drops NAME.tar, as in the
// article; the image store keeps its own records and layers beside them.
func (l Layout) Images() string { return filepath.Join(l.Root, "image") }

// Skeleton is the lowest layer of every container.
func (l Layout) Skeleton() string { return filepath.Join(l.Images(), ".skeleton") }

// SubIDs holds a symbolic link for each range of IDs that a container has for
// a user namespace of its own.
func (l Layout) SubIDs() string { return filepath.Join(l.Root, "subids") }

// Live holds one directory for each container that is running or in flight:
// its run record and its control socket. Reconciling reads this list and no
// other.
func (l Layout) Live() string { return filepath.Join(l.RunRoot, "containers") }

// LiveContainer is the run-time directory of one container.
func (l Layout) LiveContainer(id string) string { return filepath.Join(l.Live(), id) }

// Leases holds one directory for each network with a file for each address
// that is handed out.
func (l Layout) Leases(network string) string { return filepath.Join(l.RunRoot, "leases", network) }

// Lock is the lock file of one object. Locks are taken in the order
// network, container, IDs, image; nobody waits for a view with one in hand.
func (l Layout) Lock(class LockClass, name string) string {
	return filepath.Join(l.RunRoot, "locks", string(class), name)
}

// LockClass is a kind of thing that is locked.
type LockClass string

const (
	NetworkLock   LockClass = "network"
	ContainerLock LockClass = "container"
	ViewLock      LockClass = "view" // shared by those who read a running container's files
	ImageLock     LockClass = "image"
	SubIDLock     LockClass = "subids"
)
