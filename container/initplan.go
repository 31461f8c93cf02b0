package container

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"mydocker/container/launch"
)

// arrangeFiles gives init the program's standard files and directory, and lets
// go of the root's and the host's.
func (w *worker) arrangeFiles() error {
	stdio := [3]*os.File{os.Stdin, os.Stdout, os.Stderr}
	if w.terminal != nil {
		if err := own(w.terminal, w.identity.UID); err != nil {
			return err
		}
	}
	for i := range stdio {
		switch {
		case w.terminal != nil:
			stdio[i] = w.terminal
		case w.task.Null[i]:
			stdio[i] = openNull(w.inside(), stdio[i])
		}
		if err := unix.Dup3(int(stdio[i].Fd()), i, 0); err != nil && stdio[i].Fd() != uintptr(i) {
			return fmt.Errorf("arranging standard files: %w", err)
		}
		lend(stdio[i], w.identity.UID)
	}
	w.proc.Close()
	if err := w.root.Close(); err != nil {
		return fmt.Errorf("letting go of the root: %w", err)
	}
	return enterDirectory(w.task.Spec.Process.Cwd)
}

// plan lists init's last steps. With Init set they lead to this program once
// more, with the container's credentials and nothing to lose, as PID 1.
func (w *worker) plan() (*launch.Plan, error) {
	process := w.task.Spec.Process
	plan := &launch.Plan{}
	plan.NewSession()
	if w.terminal != nil {
		plan.TakeTerminal()
	}
	plan.Label(w.label, process.ApparmorProfile)
	if err := addProcess(plan, process, w.identity, w.task.Filter); err != nil {
		return nil, err
	}
	plan.DieWithParent()
	environment := withHome(process.Env, w.identity.Home)
	if w.task.Init {
		return plan, w.planReaper(plan, environment)
	}
	plan.CloseOnExec(channelDescriptor)
	plan.Announce(begins)
	addFilter(plan, process, w.task.Filter)
	return plan, plan.Exec(process.Args, environment)
}
