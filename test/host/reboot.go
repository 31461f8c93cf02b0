package host

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"mydocker/internal/snapshot"
	"mydocker/test/patience"
)

// bootID is the kernel's name for this boot. A host that was rebooted has one of
// its own in its place. One that was not has nothing mounted in its procfs: the
// kernel refuses to mount another one in a user namespace then.
const bootID = "/proc/sys/kernel/random/boot_id"

// ownBootID lets the host believe in a boot of its own.
func ownBootID(directory string) error {
	unix.Unmount(bootID, unix.MNT_DETACH) // that of the last reboot, if there was one
	if err := newBootID(directory); err != nil {
		return err
	}
	return unix.Mount(filepath.Join(directory, "boot_id"), bootID, "", unix.MS_BIND, "")
}

func newBootID(directory string) error {
	var random [16]byte
	rand.Read(random[:])
	text := fmt.Sprintf("%x-%x-%x-%x-%x\n", random[:4], random[4:6], random[6:8], random[8:10], random[10:])
	return os.WriteFile(filepath.Join(directory, "boot_id"), []byte(text), 0o444)
}

// Reboot pulls the host's plug and starts it again: every process dies at once,
// what the kernel had is gone, and there is another boot ID. The run root, which
// is in memory on a real host, is gone too, unless it is kept. The host is the
// calling thread's.
func (h *Host) Reboot(keepRunRoot bool) error {
	for _, step := range []func() error{
		h.killAll,
		func() error { return patience.Wait(patience.Usual(), h.removeCgroups) },
		h.renewNetwork,
		func() error {
			if keepRunRoot {
				return nil
			}
			return os.RemoveAll(h.RunRoot())
		},
		func() error { return ownBootID(h.Directory) },
	} {
		if err := step(); err != nil {
			return fmt.Errorf("rebooting the host: %w", err)
		}
	}
	return nil
}

// killAll ends every process before any other one can see it: all stand still
// first.
func (h *Host) killAll() error {
	for stopped := 0; ; {
		members, err := h.Scope.Signal(unix.SIGSTOP)
		if err != nil {
			return err
		}
		if len(members) == stopped {
			break
		}
		stopped = len(members)
	}
	return h.endAll()
}

// removeCgroups removes those of the story's containers, children first.
func (h *Host) removeCgroups() error {
	now, err := snapshot.Take(h.Scope)
	if err != nil {
		return err
	}
	var errs []error
	for _, path := range slices.Backward(now[snapshot.Cgroups]) {
		if err := unix.Rmdir(path); err != nil {
			errs = append(errs, &os.PathError{Op: "rmdir", Path: path, Err: err})
		}
		unix.Rmdir(filepath.Dir(path)) // unless others have some there
	}
	return errors.Join(errs...)
}

// renewNetwork puts the host into a network namespace that holds nothing yet, on
// the same wire.
func (h *Host) renewNetwork() error {
	wire, err := netlink.LinkByName("eth0")
	if err != nil {
		return err
	}
	if err := netlink.LinkDel(wire); err != nil {
		return err
	}
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return err
	}
	if err := ownSysfs(unmountSysfs); err != nil {
		return err
	}
	return layWire(h.Other)
}

// unmountSysfs takes away the one of the network that was.
func unmountSysfs() error { return unix.Unmount("/sys", unix.MNT_DETACH) }
