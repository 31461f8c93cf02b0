// Package explain gives the shell lines that a person would type to make a
// container by hand, or to run a program in one, with bash, util-linux and
// coreutils.
package explain

import (
	"strings"

	specs "github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/container/rootfs"
	"mydocker/internal/shell"
)

// Container is what is to be explained.
type Container struct {
	Spec   *specs.Spec
	Rootfs specs.Mount // the root's file system, such as an overlay
	Target string      // a directory on the host to mount it on
	User   string      // as in container.Config
	Init   bool        // as in container.Config

	// Filtered says that there is a filter of system calls.
	Filtered bool
	// Streams redirects the program's standard files, such as "</dev/null".
	Streams string
	// Join are the lines that put $BASHPID into the cgroup.
	Join []string
}

// Start gives the lines that make the namespaces and mount the root. They set
// $PID to the container's first process, which waits at the latch before it
// becomes the program, and $CHILD to its parent, whose exit status is the
// program's.
func (c Container) Start() []string {
	lines := []string{
		"# the first process, in new namespaces, and in its cgroup from the start. It waits at a latch",
		"# until its network is there, and dies when this shell does.",
		"mkdir -p " + shell.Quote(c.Target),
		"LATCH=$(mktemp -u) && mkfifo -m 600 $LATCH",
		"exec {GO}<>$LATCH && rm $LATCH && export GO",
		"(",
	}
	lines = append(lines, shell.Indent(c.Join)...)
	lines = append(lines, c.bear()...)
	lines = append(lines, ") "+c.Streams+" & CHILD=$!")
	return append(lines, c.findFirst()...)
}

// parent starts the first process and ends with its exit status. When a signal
// ends it, a shell says so, which is not the program's output. unshare(1) could
// fork itself, but takes a SIGKILL for an error of its own (util-linux 2.38).
const parent = "exec 8>&2 2>/dev/null; setpriv --pdeathsig KILL bash -eu /dev/fd/9 2>&8 8>&-; exit $?"

// Go gives the lines that let the program run, and wait until the process has
// the container's root.
func Go() []string {
	return []string{
		"# the latch opens: the program runs",
		"echo go >&$GO; exec {GO}>&-",
		"while [ /proc/$PID/root -ef / ]; do sleep 0.01; done",
	}
}

func (c Container) namespaces() string {
	var flags []string
	for _, namespace := range c.Spec.Linux.Namespaces {
		flags = append(flags, flagOf(namespace.Type))
	}
	return strings.Join(flags, " ")
}

// flagOf is the flag by which unshare(1) and nsenter(1) call a namespace.
func flagOf(kind specs.LinuxNamespaceType) string {
	switch kind {
	case specs.NetworkNamespace:
		return "--net"
	default:
		return "--" + string(kind)
	}
}

// inside gives what happens in the new namespaces.
func (c Container) inside() []string {
	target := shell.Quote(c.Target)
	lines := []string{"exec 9<&-"}
	lines = append(lines, mountLine(c.Rootfs, target), "cd "+target)
	for _, mount := range c.Spec.Mounts {
		lines = append(lines, mountLines(mount, c.Spec.Linux.CgroupsPath)...)
		if mount.Destination == "/dev" {
			lines = append(lines, rootfs.ExplainDevices(c.Spec, c.isMapped())...)
		}
	}
	lines = append(lines, "mkdir -p "+relative(c.Spec.Process.Cwd))
	lines = append(lines, rootfs.ExplainSeal(c.Spec)...)
	lines = append(lines, "ip link set lo up", "hostname "+shell.Quote(c.Spec.Hostname))
	lines = append(lines, "read -u $GO # the latch", "exec {GO}<&-")
	lines = append(lines, rootfs.ExplainSysctls(c.Spec)...)
	lines = append(lines, limits(c.Spec.Process)...)
	return append(append(lines,
		"# mydocker calls pivot_root(2) and detaches the old root; a shell would lose its programs with it",
		"mount --move . /",
	), c.program()...)
}
