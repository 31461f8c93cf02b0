// Package host makes hosts that end-to-end tests have for themselves: each has
// its own network and mounts, and state directories with an image. Many can be
// there at the same time.
package host

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/internal/snapshot"
	"mydocker/state"
	"mydocker/test/patience"
)

// Host is a network namespace with lo and with eth0, whose wire ends at another
// host, a mount namespace whose /sys shows that network, and the state of one
// mydocker. It belongs to the thread that made it.
type Host struct {
	Directory string // all its files; short, because sockets are made below it
	Other     string // the path of the other host's network namespace
	Scope     snapshot.Scope

	watch *snapshot.Watch
}

// New moves the calling thread onto a host of its own, which has the image
// busybox, not yet unpacked. The thread stays locked for ever; it, the host and
// the wire end together with the goroutine. Close removes the host's files.
func New(image string) (*Host, error) { return made(image, nowhere) }

// NewInMemory is New for a host whose files are in memory: no other program's
// writing to a disk holds it up.
func NewInMemory(image string) (*Host, error) { return made(image, ownDisk) }

func made(image string, disk func(directory string) error) (*Host, error) {
	directory, err := os.MkdirTemp("/tmp", "md")
	if err != nil {
		return nil, err
	}
	h := &Host{Directory: directory, Other: filepath.Join(directory, "otherhost")}
	runtime.LockOSThread()
	for _, step := range []func() error{
		ownMounts,
		func() error { return disk(directory) },
		func() error { return newNetwork(h.Other) },
		func() error { return unix.Unshare(unix.CLONE_NEWNET) },
		func() error { return ownSysfs(func() error { return nil }) },
		func() error { return layWire(h.Other) },
		func() error { return ownResolver(directory) },
		func() error { return h.prepareState(image) },
	} {
		if err := step(); err != nil {
			h.Close()
			return nil, fmt.Errorf("making a host: %w", err)
		}
	}
	return h, nil
}

func nowhere(string) error { return nil }

func ownDisk(directory string) error {
	return unix.Mount("tmpfs", directory, "tmpfs", 0, "mode=700")
}

// Root, RunRoot and Store are the state directories.
func (h *Host) Root() string    { return filepath.Join(h.Directory, "root") }
func (h *Host) RunRoot() string { return filepath.Join(h.Directory, "run") }
func (h *Host) Store() string   { return filepath.Join(h.Root(), "image") }

// Environment tells mydocker where its state is.
func (h *Host) Environment() []string {
	return []string{"MYDOCKER_ROOT=" + h.Root(), "MYDOCKER_RUN_ROOT=" + h.RunRoot()}
}

// IDs gives the containers that there ever were.
func (h *Host) IDs() []string { return h.watch.Names() }

func (h *Host) prepareState(image string) error {
	if err := os.MkdirAll(h.Store(), 0o755); err != nil {
		return err
	}
	archive, err := os.ReadFile(image)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(h.Store(), "busybox.tar"), archive, 0o644); err != nil {
		return err
	}
	h.watch, err = snapshot.WatchDirectory(filepath.Join(h.Root(), "containers"))
	if err != nil {
		return err
	}
	h.Scope = scopeOf(h.Root(), h.RunRoot())
	h.Scope.IDs = h.watch.Names
	return nil
}

// Machine is the host that the test runs on, for a machine that is there for
// tests alone.
func Machine() *Host { return &Host{Scope: scopeOf(state.DefaultRoot, state.DefaultRunRoot)} }

// scopeOf is what belongs to the state in these directories, but for what the
// store keeps of images.
func scopeOf(root, runRoot string) snapshot.Scope {
	return snapshot.Scope{
		Roots:  []string{root, runRoot},
		Except: append(Lasting(runRoot), filepath.Join(root, "image")),
	}
}

// Lasting is what stays below a run root until the next reboot, as patterns.
func Lasting(runRoot string) []string {
	return []string{
		filepath.Join(runRoot, "boot"),             // which boot the state is of
		filepath.Join(runRoot, "leases/*", "last"), // where the round of addresses goes on
		filepath.Join(runRoot, "monitors"),         // the roll that they sign
	}
}

// Settle waits until the host is as it was, or patience is over, and gives the
// difference.
func (h *Host) Settle(before snapshot.Snapshot, limit time.Duration) (snapshot.Difference, error) {
	return snapshot.Settle(before, h.Scope, limit)
}

// Clear ends processes and removes cgroups, whatever happened. What lies in the
// host's own namespaces goes with them.
func (h *Host) Clear() error {
	err := h.endAll()
	h.removeCgroups()
	if err != nil {
		return fmt.Errorf("ending the host's processes: %w", err)
	}
	return nil
}

// endAll kills every process until none is left.
func (h *Host) endAll() error {
	return patience.Wait(patience.Usual(), func() error {
		members, err := h.Scope.Signal(unix.SIGKILL)
		if err == nil && len(members) > 0 {
			err = fmt.Errorf("%d %s is still there", members[0].PID, members[0].Command)
		}
		return err
	})
}

// Close removes the host's directory, whose files some mounts use. Nobody but
// the host sees these mounts.
func (h *Host) Close() error {
	if h.watch != nil {
		h.watch.Close()
	}
	unix.Unmount("/etc/resolv.conf", unix.MNT_DETACH)
	unix.Unmount(bootID, unix.MNT_DETACH)
	unix.Unmount(h.Other, unix.MNT_DETACH)
	unix.Unmount(h.Directory, unix.MNT_DETACH)
	return os.RemoveAll(h.Directory)
}
