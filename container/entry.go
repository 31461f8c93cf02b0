package container

import (
	"errors"
	"fmt"
	"os"
	"path"

	"golang.org/x/sys/unix"

	"mydocker/internal/handle"
	"mydocker/internal/openat2"

	"mydocker/container/account"
	"mydocker/container/launch"
	"mydocker/container/rootfs"
	"mydocker/container/terminal"
	"mydocker/internal/failpoint"
	"mydocker/internal/process"
	"mydocker/internal/unpolled"
)

// entry is the way of one process into a running container. A thread goes in,
// looks at everything from inside, and launches the process. Nothing
// of mydocker is executed in there.
type entry struct {
	target Target
	cfg    ExecConfig

	null   *os.File // the host's
	cgroup placing

	status, theirStatus *os.File // where the process tells how far it came
	told                []byte   // what it has told already

	owner   *os.File    // its PID 1, as a pidfd
	root    handle.Root // the container's
	console *os.File
	inside  []*os.File // what was opened in there for the process alone
	plan    *launch.Plan
}

// newEntry opens, and looks at, what has to be outside.
func newEntry(target Target, cfg ExecConfig) (e *entry, err error) {
	e = &entry{target: target, cfg: cfg}
	if e.null, err = unpolled.Open(os.DevNull, os.O_RDWR); err != nil {
		return nil, err
	}
	if e.root.Proc, err = rootfs.HostProc(); err != nil {
		e.close()
		return nil, err
	}
	if e.status, e.theirStatus, err = unpolled.Pipe(); err != nil {
		e.close()
		return nil, err
	}
	if e.cgroup, err = newPlacing(cfg.Cgroup); err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}

// close closes all but the terminal. What is nil or closed already says so,
// which does not matter.
func (e *entry) close() {
	for _, file := range []*os.File{e.null, e.root.Proc, e.status, e.theirStatus, e.owner, e.root.File} {
		file.Close()
	}
	e.cgroup.close()
}

// add enters the container with the calling thread, which is good for nothing
// else from then on, and launches the process.
func (e *entry) add() (birth, error) {
	var err error
	if e.owner, err = enter(e.target); err != nil {
		return birth{}, err
	}
	if e.root.File, err = os.OpenFile("/", unix.O_PATH|unix.O_DIRECTORY, 0); err != nil {
		return birth{}, err
	}
	identity, stdio, err := e.prepare()
	defer func() { closeAll(e.inside) }()
	if err != nil {
		return birth{}, e.withoutConsole(err)
	}
	var child launch.Child
	err = failpoint.Around("spawn program", func() (err error) {
		child, err = e.launch(identity, stdio)
		return err
	})
	if err != nil {
		child.Kill()
		return birth{}, e.withoutConsole(err)
	}
	return birth{pid: child.Pid, pidfd: child.Pidfd}, nil
}

// enter moves the calling thread into the container's namespaces, but for those of
// users, which a thread of many cannot enter, and of processes, in which nobody shall
// meet it; the process does so itself. It gives the container's PID 1.
func enter(target Target) (*os.File, error) {
	return enterSome(target, unix.CLONE_NEWNS|unix.CLONE_NEWUTS|unix.CLONE_NEWIPC|unix.CLONE_NEWNET|unix.CLONE_NEWCGROUP)
}

// enterSome moves the calling thread into the container's namespaces of the
// given kinds, all at once (setns(2) with a pidfd). With the mount namespace
// comes its root, wherever the container's process has put its own.
func enterSome(target Target, kinds int) (*os.File, error) {
	pidfd, err := process.Open(target.Pid, target.Start)
	if err == process.ErrGone {
		return nil, ended(target)
	}
	if err != nil {
		return nil, err
	}
	if err := enterBehind(pidfd, target, kinds); err != nil {
		pidfd.Close()
		return nil, err
	}
	return pidfd, nil
}

func enterBehind(pidfd *os.File, target Target, kinds int) error {
	if err := unix.Unshare(unix.CLONE_FS); err != nil {
		return fmt.Errorf("entering the container (pid %d): %w", target.Pid, err)
	}
	err := unix.Setns(int(pidfd.Fd()), kinds)
	if err == unix.ESRCH {
		return ended(target)
	}
	if err != nil {
		return fmt.Errorf("entering the container (pid %d): %w", target.Pid, err)
	}
	return nil
}

// prepare looks everything up inside the container.
func (e *entry) prepare() (identity account.Identity, stdio [3]*os.File, err error) {
	if identity, err = account.Resolve(e.root, e.cfg.User, e.cfg.Process.User); err != nil {
		return identity, stdio, err
	}
	if err := checkMapped(identity, e.cfg.UIDMappings, e.cfg.GIDMappings); err != nil {
		return identity, stdio, err
	}
	if err := enterDirectory(e.cfg.Process.Cwd); err != nil {
		if errors.Is(err, unix.ENOENT) {
			err = &StartError{Code: launch.NotFound, Err: err}
		}
		return identity, stdio, err
	}
	stdio, err = e.stdio(identity)
	return identity, stdio, err
}

// stdio gives the process' standard files: a new terminal of the container, or
// the caller's.
func (e *entry) stdio(identity account.Identity) (files [3]*os.File, err error) {
	if e.cfg.Process.Terminal {
		var slave *os.File
		if e.console, slave, err = terminal.Open(e.root, e.cfg.Process.ConsoleSize); err != nil {
			return files, err
		}
		e.inside = append(e.inside, slave)
		return [3]*os.File{slave, slave, slave}, own(slave, e.cfg.hostUID(identity.UID))
	}
	files = [3]*os.File{e.cfg.Stdin, e.cfg.Stdout, e.cfg.Stderr}
	for i := range files {
		if files[i] == nil {
			files[i] = openNull(e.root, e.null)
			e.inside = append(e.inside, files[i])
		}
		lend(files[i], e.cfg.hostUID(identity.UID))
	}
	return files, nil
}

// look tells what lies at a path of the container, from outside.
func (e *entry) look(name string) (exists, isDirectory bool) {
	if !path.IsAbs(name) {
		name = path.Join(e.cfg.Process.Cwd, name)
	}
	fd, err := openat2.Open(int(e.root.Fd()), name, &unix.OpenHow{
		Flags:   unix.O_PATH | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS,
	})
	if err != nil {
		return false, false
	}
	defer unix.Close(fd)
	var about unix.Stat_t
	err = unix.Fstat(fd, &about)
	return err == nil, err == nil && about.Mode&unix.S_IFMT == unix.S_IFDIR
}

// withoutConsole closes the terminal of a process that will not be.
func (e *entry) withoutConsole(err error) error {
	if e.console != nil {
		e.console.Close()
		e.console = nil
	}
	return err
}

func closeAll(files []*os.File) {
	for _, file := range files {
		file.Close()
	}
}
