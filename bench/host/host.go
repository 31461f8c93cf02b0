// Package host gives the benchmark a host of its own, with its own processes,
// network, mounts and cgroups, and sees that nothing of it is left on the
// machine.
package host

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/internal/snapshot"
)

// settling is how long the kernel may take to clear away what has died.
const settling = 30 * time.Second

// A Host is what the process inside finds.
type Host struct {
	Directory string // for every file; removed at the end
	Cgroup    string // the name of the cgroup for the peers' containers; removed at the end
}

// words between the processes: the first argument says who one is.
const (
	asInit   = "-host-init"
	asWorker = "-host-worker"
)

// Run runs work in a process on a host of its own. The function returns in the
// calling process with the exit status; it does not return in the processes
// that it starts, so that it must be the first thing that main does.
func Run(work func(Host) error, complain func(error)) int {
	if len(os.Args) > 3 {
		inner := Host{Directory: os.Args[2], Cgroup: os.Args[3]}
		switch os.Args[1] {
		case asInit:
			os.Exit(status(initialise(), complain))
		case asWorker:
			os.Args = append(os.Args[:1:1], os.Args[4:]...)
			os.Exit(status(work(inner), complain))
		}
	}
	return status(outside(), complain)
}

func status(err error, complain func(error)) int {
	if err == nil {
		return 0
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) { // it has complained itself
		return max(exit.ExitCode(), 1)
	}
	complain(err)
	return 1
}

// outside starts the process that is the host's first, waits for it, clears
// away, and compares the machine with what it was.
func outside() (err error) {
	if os.Getuid() != 0 {
		return errors.New("making a host: needs root")
	}
	runtime.LockOSThread() // never unlocked: it has mounts of its own, and its death ends the host
	if err := ownMountsOfThread(); err != nil {
		return fmt.Errorf("making a host: %w", err)
	}
	if err := sweep(); err != nil {
		return fmt.Errorf("removing what a killed benchmark left: %w", err)
	}
	directory, err := newDirectory()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, removeDirectory(directory)) }()
	if err = makeDisk(directory); err == nil {
		err = mountDisk(directory)
	}
	if err != nil {
		return fmt.Errorf("making a disk: %w", err)
	}
	h := Host{Directory: directory, Cgroup: filepath.Base(directory)}
	watch, err := snapshot.WatchDirectory(h.containers())
	if err != nil {
		return err
	}
	defer watch.Close()
	scope := snapshot.Scope{
		Roots:    []string{directory},
		Except:   []string{directory + "/*"},
		IDs:      func() []string { return append(watch.Names(), h.Cgroup) },
		Ancestor: os.Getpid(),
	}
	before, err := snapshot.Take(scope)
	if err != nil {
		return err
	}
	if err = h.live(); err != nil { // its end may have been too sudden for mydocker to clean up
		err = errors.Join(err, clearContainers(watch.Names()))
	}
	return errors.Join(err, clearCgroups(h.Cgroup), compare(before, scope))
}

// containers is where mydocker's containers lie.
func (h Host) containers() string { return filepath.Join(h.Mydocker(), "root/containers") }

// Mydocker is the directory for mydocker's state.
func (h Host) Mydocker() string { return filepath.Join(h.Directory, "mydocker") }

// live starts the host's first process and waits for it. It dies with this
// one, and everything on the host dies with it.
func (h Host) live() error {
	// The terminal's ctrl-C reaches all; this process outlives them to clear up.
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, unix.SIGINT, unix.SIGTERM, unix.SIGHUP)
	defer signal.Stop(interrupts)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	first := exec.Command(self, append([]string{asInit, h.Directory, h.Cgroup}, os.Args[1:]...)...)
	first.Stdin, first.Stdout, first.Stderr = os.Stdin, os.Stdout, os.Stderr
	first.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWIPC,
		Pdeathsig:  unix.SIGKILL,
	}
	if err := first.Start(); err != nil {
		return fmt.Errorf("making a host: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- first.Wait() }()
	select {
	case err := <-ended:
		return err
	case s := <-interrupts:
		first.Process.Kill()
		<-ended
		return fmt.Errorf("interrupted by signal %v", s)
	}
}

// compare tells what the machine has that it had not before.
func compare(before snapshot.Snapshot, scope snapshot.Scope) error {
	left, err := snapshot.Settle(before, scope, settling)
	if err != nil || left.Empty() {
		return err
	}
	return fmt.Errorf("leaving the host: something is left, or is gone:\n%s", strings.TrimSpace(left.String()))
}
