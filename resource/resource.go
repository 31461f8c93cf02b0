// Package resource is the one idea that holds mydocker together: everything
// that it makes, in the kernel or on disk, is a small serialisable value that
// can be created, removed, checked and explained. A command is an ordered Set
// of them, so that running, cleaning up, crash recovery, doctor and --explain
// work from the same list and cannot drift apart.
package resource

// Resource is one object on the host that mydocker owns. A value holds all
// that is needed to find and remove the object again, without any memory of
// having created it.
type Resource interface {
	// Kind names the type in state files, such as "veth".
	Kind() string

	// String names the object for people, such as `veth "veth1891821312"`.
	String() string

	// Create makes the object. What exists and is ours is success; what
	// exists and is not ours is an error that names it.
	Create() error

	// Remove unmakes the object. It is idempotent: what is already gone is
	// success.
	Remove() error

	// Check reads the object from the kernel or the disk.
	Check() (Status, error)

	// Explain gives the shell lines a person would type for the same effect.
	Explain() Steps
}

// State says how an object stands beside its record.
type State string

const (
	Present State = "present" // as recorded
	Absent  State = "absent"  // not there
	Altered State = "altered" // there, but not as recorded
	Foreign State = "foreign" // what is there is somebody else's
)

// Status is what Check found. Detail says in words what is altered, or whose it
// is.
type Status struct {
	State  State  `json:"state"`
	Detail string `json:"detail,omitempty"`
}

// Mender is a resource for which Create alone does not make good everything that
// Check finds: Create makes what is missing, Mend also undoes what was changed.
type Mender interface {
	// Mend brings an object that exists back to what is recorded, without
	// taking it from those who use it.
	Mend() error
}

// Mend makes the object what it is recorded to be.
func Mend(r Resource) error {
	if m, ok := r.(Mender); ok {
		return m.Mend()
	}
	return r.Create()
}

// Steps are shell lines, in the order in which they are to be typed. A line
// that starts with '#' is a comment.
type Steps struct {
	Create []string `json:"create"`
	Remove []string `json:"remove"`
}
