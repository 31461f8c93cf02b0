package program

import (
	"os"
	"path/filepath"
	goruntime "runtime"

	"golang.org/x/sys/unix"
)

const cgroups = "/sys/fs/cgroup"

// withoutUnifiedCgroups gives a place where a program starts that refuses a
// hybrid host, one with version 1 and, beside it, a version 2 that has a
// controller: a mount namespace in which version 2 is not to be seen. It is
// nil on a host that is not hybrid.
func withoutUnifiedCgroups() (func(func() error) error, error) {
	controllers, err := os.ReadFile(filepath.Join(cgroups, "unified/cgroup.controllers"))
	if err != nil || len(controllers) == 0 {
		return nil, nil
	}
	work, done, ready := make(chan func() error), make(chan error), make(chan error)
	go func() {
		goruntime.LockOSThread() // for ever: the thread's namespace is its own
		err := hideUnified()
		ready <- err
		if err != nil {
			return
		}
		for do := range work {
			done <- do()
		}
	}()
	if err := <-ready; err != nil {
		return nil, err
	}
	return func(do func() error) error {
		work <- do
		return <-done
	}, nil
}

// hideUnified mounts an empty file system over the cgroups and, in it, each
// hierarchy but the one of version 2.
func hideUnified() error {
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return err
	}
	hierarchies, err := os.ReadDir(cgroups)
	if err != nil {
		return err
	}
	aside, err := os.MkdirTemp("", "cgroups")
	if err != nil {
		return err
	}
	defer os.Remove(aside)
	if err := unix.Mount(cgroups, aside, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return err
	}
	defer unix.Unmount(aside, unix.MNT_DETACH)
	if err := unix.Mount("tmpfs", cgroups, "tmpfs", 0, "mode=755"); err != nil {
		return err
	}
	for _, hierarchy := range hierarchies {
		if !hierarchy.IsDir() || hierarchy.Name() == "unified" {
			continue
		}
		place := filepath.Join(cgroups, hierarchy.Name())
		if err := os.Mkdir(place, 0o755); err != nil {
			return err
		}
		if err := unix.Mount(filepath.Join(aside, hierarchy.Name()), place, "", unix.MS_BIND, ""); err != nil {
			return err
		}
	}
	return nil
}
