// Package container is one container as the OCI runtime-spec knows it: its
// namespaces, its root, its first process and those that are added later. It
// takes a specs.Spec and knows neither images nor networks, and of cgroups only
// where the host has them mounted; what it needs of them the caller does between
// Create and Start.
//
// Create takes new namespaces with a thread of the caller, which makes the root
// in them while the caller gives them a network, and forks a process into the
// cgroup. The process waits at a latch. Start opens it; the process takes the
// last privileged steps and becomes the program. A container with mydocker as
// its PID 1, or one that joins namespaces, is made by this program, run again
// (Init), in the same steps.
package container

import (
	"os"

	"github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/container/seccomp"
)

// Config is what a container is started from.
type Config struct {
	ID string

	// Spec is the runtime-spec's configuration. Linux.Resources is the
	// caller's work. Namespaces without a path are made, those with one
	// are joined. What is not supported, Validate refuses.
	Spec *specs.Spec

	// Rootfs says how the root is mounted: a filesystem such as overlay
	// with its options, or a bind mount of a directory. Its destination
	// does not matter.
	Rootfs specs.Mount

	// User is "", "name", "uid", "name:group" or "uid:gid", as the
	// container's /etc/passwd and /etc/group have it; "" is
	// Spec.Process.User. HOME is added to an environment without one.
	User string

	// Sandbox, unless nil, has taken the namespaces of Spec already.
	Sandbox *Sandbox

	// Cgroup gives the cgroup in which the first process is born; nil is the
	// caller's own. It is called when there is no going on without, by any
	// goroutine, so that the root can be made before the cgroup is, or meanwhile.
	Cgroup func() (Cgroup, error)

	// Seccomp is a filter that is compiled already; nil is what
	// Spec.Linux.Seccomp says.
	Seccomp *seccomp.Filter

	// Init keeps mydocker as PID 1: it reaps, forwards signals, and ends
	// with the exit status of the program, which is its child.
	Init bool

	// The program's files when it has no terminal; nil is /dev/null. The
	// caller keeps its own copies.
	Stdin, Stdout, Stderr *os.File
}

// Cgroup is a cgroup that exists already.
type Cgroup interface {
	// OpenDirectory opens the version 2 directory to clone a process into,
	// nil where there is none.
	OpenDirectory() (*os.File, error)

	// OpenDirectoryOf opens that of one of the container's processes, which
	// may be in a cgroup below.
	OpenDirectoryOf(pid int) (*os.File, error)

	// OpenTasks opens the version 1 lists by which a process of one thread
	// can move itself.
	OpenTasks() ([]*os.File, error)

	// Join moves a process.
	Join(pid int) error
}

// ExitStatus is how a process ended: its own exit status, 0 to 255, or 128+n
// for signal n.
type ExitStatus int

// StartError says that the program did not begin.
type StartError struct {
	Code int // 125 mydocker could not set it up, 126 cannot execute, 127 not found
	Err  error
}

func (e *StartError) Error() string { return e.Err.Error() }

func (e *StartError) Unwrap() error { return e.Err }

// ExitCode is the exit status of a command that ran into this error.
func (e *StartError) ExitCode() int { return e.Code }
