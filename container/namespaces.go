package container

import (
	"fmt"
	"os"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/internal/netdevice"
)

// namespaceFlag gives the clone flag of a kind of namespace (namespaces(7)),
// 0 for one that is not supported.
func namespaceFlag(kind specs.LinuxNamespaceType) int {
	switch kind {
	case specs.PIDNamespace:
		return unix.CLONE_NEWPID
	case specs.MountNamespace:
		return unix.CLONE_NEWNS
	case specs.UTSNamespace:
		return unix.CLONE_NEWUTS
	case specs.IPCNamespace:
		return unix.CLONE_NEWIPC
	case specs.NetworkNamespace:
		return unix.CLONE_NEWNET
	case specs.CgroupNamespace:
		return unix.CLONE_NEWCGROUP
	case specs.UserNamespace:
		return unix.CLONE_NEWUSER
	}
	return 0
}

// cloneFlags are those of the namespaces that come with init. The cgroup
// namespace is made later, by init, once it is in its cgroup.
func cloneFlags(spec *specs.Spec) uintptr {
	flags := 0
	for _, namespace := range spec.Linux.Namespaces {
		if namespace.Path == "" {
			flags |= namespaceFlag(namespace.Type)
		}
	}
	return uintptr(flags &^ unix.CLONE_NEWCGROUP)
}

// findNamespace gives the spec's entry for a kind.
func findNamespace(spec *specs.Spec, kind specs.LinuxNamespaceType) (specs.LinuxNamespace, bool) {
	for _, namespace := range spec.Linux.Namespaces {
		if namespace.Type == kind {
			return namespace, true
		}
	}
	return specs.LinuxNamespace{}, false
}

// makes tells whether the container gets a new namespace of a kind.
func makes(spec *specs.Spec, kind specs.LinuxNamespaceType) bool {
	namespace, found := findNamespace(spec, kind)
	return found && namespace.Path == ""
}

// owns tells whether the container has a namespace of a kind that is not the
// caller's: a new one, or one that it joins.
func owns(spec *specs.Spec, kind specs.LinuxNamespaceType) bool {
	_, found := findNamespace(spec, kind)
	return found
}

// join moves the calling thread into the namespaces of the given kinds that
// the spec names by path.
func join(spec *specs.Spec, kinds ...specs.LinuxNamespaceType) error {
	for _, kind := range kinds {
		file, err := openNamespace(spec, kind)
		if err != nil {
			return err
		}
		if err := enterNamespace(file, kind); err != nil {
			return err
		}
	}
	return nil
}

// openNamespace opens the namespace of a kind that the spec names by path; nil
// when it names none.
func openNamespace(spec *specs.Spec, kind specs.LinuxNamespaceType) (*os.File, error) {
	namespace, found := findNamespace(spec, kind)
	if !found || namespace.Path == "" {
		return nil, nil
	}
	file, err := os.Open(namespace.Path)
	if err != nil {
		return nil, fmt.Errorf("joining %s namespace: %w", kind, err)
	}
	return file, nil
}

// enterNamespace moves the calling thread into an open namespace, if there is
// one. The kernel refuses a namespace of another kind.
func enterNamespace(file *os.File, kind specs.LinuxNamespaceType) error {
	if file == nil {
		return nil
	}
	defer file.Close()
	if err := unix.Setns(int(file.Fd()), namespaceFlag(kind)); err != nil {
		return fmt.Errorf("joining %s namespace %q: %w", kind, file.Name(), err)
	}
	return nil
}

// bringLoopbackUp switches lo on, which a new network namespace has down.
func bringLoopbackUp() error {
	devices, err := netdevice.Open()
	if err != nil {
		return err
	}
	defer devices.Close()
	return devices.BringUp(netdevice.Loopback)
}
