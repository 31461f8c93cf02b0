package container

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"

	"mydocker/container/launch"
)

// openExecutable opens this program while its path means something, if it is
// to stay as PID 1.
func (w *worker) openExecutable() (err error) {
	if w.task.Init {
		w.executable, err = os.OpenFile(ownPath, unix.O_PATH, 0)
	}
	return err
}

// planReaper ends the plan with this program, run anew: every thread of it
// then has the container's credentials and namespaces, and no memory of the
// host. It keeps the channel, to tell how the program's start went.
func (w *worker) planReaper(plan *launch.Plan, environment []string) error {
	plan.KeepOpen(channelDescriptor)
	plan.CloseOnExec(channelDescriptor + 1)
	addFilter(plan, w.task.Spec.Process, w.task.Filter)
	arguments := append([]string{initName}, w.task.Spec.Process.Args...)
	return plan.ExecFile(w.executable, arguments, environment)
}

// reap is the life of a PID 1 that stays: it starts the program, hands it every
// signal, collects whoever dies, and ends as the program ends.
func reap(creator channel, arguments []string) {
	unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) // for a container in the host's pid namespace
	deaths := make(chan os.Signal, 1)
	signal.Notify(deaths, unix.SIGCHLD)
	others := make(chan os.Signal, 64)
	signal.Notify(others, forwarded()...)

	child, err := startProgram(arguments)
	if err != nil {
		creator.send(failed, describe(err))
		os.Exit(1)
	}
	if creator.send(begins, nil) != nil {
		os.Exit(1) // the creator died, and PID 1 takes the program with it
	}
	creator.Close()
	for {
		collect(child.Pid)
		select {
		case <-deaths:
		case s := <-others:
			syscall.Kill(child.Pid, s.(syscall.Signal)) // its pid is its own until it is collected
		}
	}
}

// forwarded lists the signals that go to the program: all that can be caught,
// but for SIGCHLD, which is PID 1's own, and SIGURG, which the Go runtime
// sends to itself.
func forwarded() []os.Signal {
	var signals []os.Signal
	for number := syscall.Signal(1); number <= 64; number++ {
		switch number {
		case unix.SIGKILL, unix.SIGSTOP, unix.SIGCHLD, unix.SIGURG:
		default:
			signals = append(signals, number)
		}
	}
	return signals
}

// startProgram forks the program, in the foreground if there is a terminal.
func startProgram(arguments []string) (launch.Child, error) {
	told, status, err := os.Pipe()
	if err != nil {
		return launch.Child{}, err
	}
	defer told.Close()
	defer status.Close()
	plan, raised, err := programPlan(arguments, status)
	if err != nil {
		return launch.Child{}, err
	}
	child, err := plan.Fork()
	status.Close() // the end of the pipe comes when nobody but the child has it
	closeAll(raised)
	if err != nil {
		return launch.Child{}, err
	}
	failure, err := launch.Await(told)
	if err != nil {
		return launch.Child{}, fmt.Errorf("starting %q: %w", arguments[0], err)
	}
	if failure != nil {
		code, err := plan.Explain(*failure, launch.LookHere)
		return launch.Child{}, &StartError{Code: code, Err: err}
	}
	return child, nil
}

// programPlan lists the program's steps, and gives the files that they take
// over.
func programPlan(arguments []string, status *os.File) (*launch.Plan, []*os.File, error) {
	raised, err := raise(status, os.Stdin, os.Stdout, os.Stderr)
	if err != nil {
		return nil, nil, err
	}
	_, noTerminal := unix.IoctlGetInt(0, unix.TIOCGPGRP)
	plan := &launch.Plan{}
	plan.Arrange(raised[0], [3]*os.File(raised[1:]))
	plan.NewForeground(noTerminal == nil)
	plan.ResetSignals()
	plan.Begin()
	return plan, raised, plan.Exec(arguments, os.Environ())
}

// raise duplicates files for a plan's Arrange. A nil one stays nil.
func raise(files ...*os.File) (raised []*os.File, err error) {
	for _, file := range files {
		if file == nil {
			raised = append(raised, nil)
			continue
		}
		duplicate, err := launch.Raised(file)
		if err != nil {
			closeAll(raised)
			return nil, err
		}
		raised = append(raised, duplicate)
	}
	return raised, nil
}

// collect reaps every process that has died. The program's death is the end of
// PID 1 too.
func collect(program int) {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
		switch {
		case err == syscall.EINTR:
			continue
		case err != nil || pid <= 0:
			return
		case pid == program:
			os.Exit(int(exitStatus(status)))
		}
	}
}
