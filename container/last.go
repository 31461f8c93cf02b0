package container

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/internal/handle"
	"mydocker/internal/openat2"

	"mydocker/container/account"
	"mydocker/container/launch"
	"mydocker/container/seccomp"
)

// What the first process of a container and those that Exec adds have in
// common: who they are, where they are, and what they may do.

// defaultUmask is the file mode creation mask of a container's programs.
const defaultUmask = 0o022

// addProcess adds limits and credentials to a plan.
//
// Without no_new_privs loading a filter takes CAP_SYS_ADMIN, and so comes before
// Become: the filter has to allow what Become does. With it, addFilter loads the
// filter when nothing is left to do but to start the program.
func addProcess(plan *launch.Plan, process *specs.Process, identity account.Identity, filter *seccomp.Filter) error {
	umask := uint32(defaultUmask)
	if process.User.Umask != nil {
		umask = *process.User.Umask
	}
	plan.Umask(umask)
	if err := plan.Rlimits(process.Rlimits); err != nil {
		return err
	}
	plan.ResetSignals()
	capabilities, err := launch.ParseCapabilities(process.Capabilities)
	if err != nil {
		return err
	}
	if !process.NoNewPrivileges {
		plan.Filter(filter)
	}
	plan.Become(launch.Credentials{
		UID: identity.UID, GID: identity.GID, Groups: identity.Groups,
		Capabilities:    capabilities,
		NoNewPrivileges: process.NoNewPrivileges,
	})
	return nil
}

// addFilter is the other half of addProcess, just before the program.
func addFilter(plan *launch.Plan, process *specs.Process, filter *seccomp.Filter) {
	if process.NoNewPrivileges {
		plan.Filter(filter)
	}
}

// withHome adds HOME to an environment that has none.
func withHome(environment []string, home string) []string {
	for _, variable := range environment {
		if strings.HasPrefix(variable, "HOME=") {
			return environment
		}
	}
	return append(environment[:len(environment):len(environment)], "HOME="+home)
}

// enterDirectory changes to a directory of the container. It follows no magic
// link of procfs, which could lead out of the container by a descriptor that
// somebody left open, and makes sure of where it is.
func enterDirectory(name string) error {
	fd, err := openat2.Open(unix.AT_FDCWD, name, &unix.OpenHow{
		Flags:   unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_NO_MAGICLINKS,
	})
	if err == nil {
		err = unix.Fchdir(fd)
		unix.Close(fd)
	}
	if err != nil {
		return fmt.Errorf("entering the working directory %q: %w", name, err)
	}
	// The kernel answers "(unreachable)…" outside the root (getcwd(2)).
	buffer := make([]byte, unix.PathMax)
	if n, err := unix.Getcwd(buffer); err != nil || n == 0 || buffer[0] != '/' {
		return fmt.Errorf("entering the working directory %q: it is not in the container", name)
	}
	return nil
}

// openNull opens the container's null device; where it has none, or something
// else in its place, it gives what is at hand.
func openNull(root handle.Root, atHand *os.File) *os.File {
	fd, err := root.Open("dev/null", unix.OpenHow{
		Flags:   unix.O_RDWR | unix.O_NOCTTY,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_SYMLINKS,
	}, checkNull)
	if err != nil {
		return atHand
	}
	return os.NewFile(uintptr(fd), os.DevNull)
}

func checkNull(fd int) error {
	var about unix.Stat_t
	err := unix.Fstat(fd, &about)
	if err == nil && (about.Mode&unix.S_IFMT != unix.S_IFCHR || about.Rdev != unix.Mkdev(1, 3)) {
		err = errors.New("not the null device")
	}
	return err
}

// lend makes the user owner of a pipe or socket, so that it can open it again,
// as /dev/stdout. Files and terminals of the host stay as they are.
func lend(file *os.File, uid uint32) { lendTo(file, uid, unchangedID) }

// unchangedID leaves an owner as it is (chown(2)).
const unchangedID = 1<<32 - 1

func lendTo(file *os.File, uid, gid uint32) {
	var filesystem unix.Statfs_t
	if err := unix.Fstatfs(int(file.Fd()), &filesystem); err != nil {
		return
	}
	switch filesystem.Type {
	case unix.PIPEFS_MAGIC, unix.SOCKFS_MAGIC:
		unix.Fchown(int(file.Fd()), int(int32(uid)), int(int32(gid))) // a matter of comfort
	}
}

// own makes the user owner of its terminal.
func own(terminal *os.File, uid uint32) error {
	if err := unix.Fchown(int(terminal.Fd()), int(uid), -1); err != nil {
		return fmt.Errorf("giving the terminal to user %d: %w", uid, err)
	}
	return nil
}
