package container

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"syscall"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/container/account"
	"mydocker/container/launch"
	"mydocker/container/rootfs"
)

// A container in a user namespace of its own (user_namespaces(7)): its root is
// an ordinary user of the host, who owns the container's other namespaces and
// nothing else. Init is born in there. What takes a privilege over the host, its
// creator does for it from outside: see equip.

// isMapped tells whether a container gets a user namespace of its own.
func isMapped(spec *specs.Spec) bool { return makes(spec, specs.UserNamespace) }

// validateMapping checks that the container has all that a user namespace
// needs, and is given nothing without one.
func validateMapping(spec *specs.Spec) error {
	uids, gids := spec.Linux.UIDMappings, spec.Linux.GIDMappings
	if !owns(spec, specs.UserNamespace) {
		if len(uids)+len(gids) > 0 {
			return errors.New("mapping IDs: the container shares the host's user namespace")
		}
		return nil
	}
	for _, kind := range []specs.LinuxNamespaceType{
		specs.UserNamespace, specs.PIDNamespace, specs.UTSNamespace,
		specs.IPCNamespace, specs.NetworkNamespace, specs.CgroupNamespace,
	} {
		if !makes(spec, kind) {
			return fmt.Errorf("making a user namespace: the container must have a new %s namespace too, which belongs to it", kind)
		}
	}
	for _, mapping := range [][]specs.LinuxIDMapping{uids, gids} {
		if _, found := hostID(mapping, 0); !found || len(mapping) == 0 {
			return errors.New("making a user namespace: root must have a user and a group ID on the host")
		}
	}
	return nil
}

// hostID gives the host's ID for one of the container, if it has one there.
// Without mappings they are the same.
func hostID(mappings []specs.LinuxIDMapping, id uint32) (uint32, bool) {
	for _, m := range mappings {
		if id >= m.ContainerID && id-m.ContainerID < m.Size {
			return m.HostID + (id - m.ContainerID), true
		}
	}
	return id, len(mappings) == 0
}

// checkMapped refuses a user that the container's user namespace does not have.
func checkMapped(identity account.Identity, uids, gids []specs.LinuxIDMapping) error {
	if _, found := hostID(uids, identity.UID); !found {
		return fmt.Errorf("becoming user %d: the container's user namespace has no such ID; give it more of them", identity.UID)
	}
	for _, group := range append([]uint32{identity.GID}, identity.Groups...) {
		if _, found := hostID(gids, group); !found {
			return fmt.Errorf("becoming a member of group %d: the container's user namespace has no such ID; give it more of them", group)
		}
	}
	return nil
}

// birthAttributes say in which new namespaces init is born. In a user
// namespace it becomes root before it is executed, which makes the kernel
// leave it that root's capabilities.
func birthAttributes(spec *specs.Spec, pidfd *int) *syscall.SysProcAttr {
	attributes := &syscall.SysProcAttr{Cloneflags: cloneFlags(spec), PidFD: pidfd}
	if isMapped(spec) {
		attributes.UidMappings = sysMappings(spec.Linux.UIDMappings)
		attributes.GidMappings = sysMappings(spec.Linux.GIDMappings)
		attributes.GidMappingsEnableSetgroups = true
		attributes.Credential = &syscall.Credential{}
	}
	return attributes
}

func sysMappings(mappings []specs.LinuxIDMapping) []syscall.SysProcIDMap {
	var same []syscall.SysProcIDMap
	for _, m := range mappings {
		same = append(same, syscall.SysProcIDMap{ContainerID: int(m.ContainerID), HostID: int(m.HostID), Size: int(m.Size)})
	}
	return same
}

// equip does for init what it has no privilege for in a user namespace: it
// raises limits, writes settings of the kernel, and lends the mounts that the
// root is made of.
func (cfg Config) equip(p *Process) error {
	if !isMapped(cfg.Spec) {
		return nil
	}
	process := cfg.Spec.Process
	if err := raiseLimits(p.pid, process.Rlimits); err != nil {
		return err
	}
	if err := adjustOOMScore(p.pid, process.OOMScoreAdj); err != nil {
		return err
	}
	for _, file := range cfg.stdio() {
		if file != nil {
			lendTo(file, cfg.rootUID(), cfg.rootGID())
		}
	}
	lent, err := cfg.lendFrom(p)
	defer closeAll(lent)
	if err != nil {
		return err
	}
	for _, file := range lent {
		if err := p.maker.send(lending, nil, file); err != nil && err != errClosed {
			return fmt.Errorf("lending mounts to init: %w", err)
		}
	}
	return nil // if init is gone, Start says so
}

func (cfg Config) rootUID() uint32 {
	id, _ := hostID(cfg.Spec.Linux.UIDMappings, 0)
	return id
}

func (cfg Config) rootGID() uint32 {
	id, _ := hostID(cfg.Spec.Linux.GIDMappings, 0)
	return id
}

// lendFrom is lend, on a thread that is good for nothing afterwards.
func (cfg Config) lendFrom(p *Process) (lent []*os.File, err error) {
	done := make(chan struct{})
	onOwnThread(func() {
		lent, err = cfg.lend(p)
		close(done)
	})
	<-done
	return lent, err
}

// lend writes the sysctls and opens the mounts.
func (cfg Config) lend(p *Process) ([]*os.File, error) {
	own := sysctlsOf(cfg.Spec, func(name string) bool { return !rootfs.IsForInit(name) })
	if len(own) > 0 {
		if err := cfg.writeSysctls(p, own); err != nil {
			return nil, err
		}
	}
	// Init is not reaped yet, so that its pid is its own.
	namespace, err := os.Open(fmt.Sprintf("/proc/%d/ns/user", p.pid))
	if err != nil {
		return nil, fmt.Errorf("opening the user namespace: %w", err)
	}
	defer namespace.Close()
	return rootfs.Lend(cfg.Spec, cfg.Rootfs, rootfs.Borrower{Namespace: namespace, UID: cfg.rootUID(), GID: cfg.rootGID()})
}

// writeSysctls enters, with the calling thread, the namespaces that the
// settings belong to. Some may be written by the host's root only; those of the
// IPC namespace, from Linux 6.10 on, by the container's root only, which the
// thread then is for a moment.
func (cfg Config) writeSysctls(p *Process, sysctls map[string]string) error {
	const owners = unix.CLONE_NEWIPC | unix.CLONE_NEWNET | unix.CLONE_NEWUTS
	if err := unix.Setns(int(p.pidfd.Fd()), owners); err != nil {
		return fmt.Errorf("setting sysctls: entering the container (pid %d): %w", p.pid, err)
	}
	directory, err := rootfs.HostSysctls()
	if err != nil {
		return err
	}
	defer directory.Close()
	for _, name := range slices.Sorted(maps.Keys(sysctls)) {
		setting := map[string]string{name: sysctls[name]}
		err := rootfs.WriteSysctls(directory, setting)
		if errors.Is(err, unix.EACCES) {
			err = errors.Join(setEffectiveUser(cfg.rootUID()), rootfs.WriteSysctls(directory, setting), setEffectiveUser(0))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// setEffectiveUser changes the calling thread alone; the functions of package
// syscall change all.
func setEffectiveUser(uid uint32) error {
	_, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, unchangedID, uintptr(uid), unchangedID)
	if errno != 0 {
		return fmt.Errorf("acting as user %d: %w", uid, errno)
	}
	return nil
}

// sysctlsOf gives the settings of a spec for which something is true.
func sysctlsOf(spec *specs.Spec, wanted func(name string) bool) map[string]string {
	chosen := maps.Clone(spec.Linux.Sysctl)
	maps.DeleteFunc(chosen, func(name, _ string) bool { return !wanted(name) })
	return chosen
}

// raiseLimits lets a process take hard limits that are above its own, which
// inside a user namespace nobody may raise (setrlimit(2)).
func raiseLimits(pid int, limits []specs.POSIXRlimit) error {
	for _, limit := range limits {
		if err := launch.RaiseHardLimit(pid, limit); err != nil {
			return err
		}
	}
	return nil
}

// takeLent receives the mounts that equip lends.
func (w *worker) takeLent() error {
	if !isMapped(w.task.Spec) {
		return nil
	}
	for range rootfs.LentFiles(w.task.Spec) {
		received, err := w.creator.receive()
		if err != nil {
			return fmt.Errorf("waiting for the mounts of the root: %w", err)
		}
		if received.kind != lending || received.fd < 0 {
			return fmt.Errorf("waiting for the mounts of the root: unexpected message %q", received.kind)
		}
		w.lent = append(w.lent, os.NewFile(uintptr(received.fd), "mount"))
	}
	return nil
}
