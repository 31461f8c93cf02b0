package container

import (
	"os"

	"golang.org/x/sys/unix"

	"mydocker/container/account"
	"mydocker/container/launch"
)

// writePlan lists the process' steps, from its birth to its program. It gives
// the files that the child takes over.
func (e *entry) writePlan(identity account.Identity, stdio [3]*os.File) (raised []*os.File, err error) {
	process := e.cfg.Process
	e.plan = &launch.Plan{}
	files := append([]*os.File{e.theirStatus, stdio[0], stdio[1], stdio[2], nil, e.procToWrite(), e.owner}, e.cgroup.files()...)
	if raised, err = raise(files...); err != nil {
		return nil, err
	}
	e.plan.Arrange(raised[0], [3]*os.File(raised[1:4]), raised[4:]...)
	e.tie()
	if err := e.planOutside(); err != nil {
		return raised, err
	}
	e.plan.Split(e.cgroup.birthplace())
	e.tie()
	e.cgroup.join(e.plan)
	e.plan.NewSession()
	if process.Terminal {
		e.plan.TakeTerminal()
	}
	if e.cfg.isMapped() {
		e.plan.EnterUserNamespace()
	}
	if err := addProcess(e.plan, process, identity, e.cfg.Seccomp); err != nil {
		return raised, err
	}
	e.tie()
	e.plan.Begin()
	addFilter(e.plan, process, e.cfg.Seccomp)
	return raised, e.plan.Exec(process.Args, withHome(process.Env, identity.Home))
}

// tie has the process die with its caller.
func (e *entry) tie() {
	if !e.cfg.Detached {
		e.plan.DieWithParent()
	}
}

// procToWrite is the host's procfs, if the process is to write there.
func (e *entry) procToWrite() *os.File {
	if e.cfg.Process.ApparmorProfile == "" && e.cfg.Process.OOMScoreAdj == nil {
		return nil
	}
	return e.root.Proc
}

// planOutside lists what is done before anybody in the container can meet the
// process: all that takes the host's procfs or capabilities which the program will not
// have.
func (e *entry) planOutside() error {
	process := e.cfg.Process
	if err := e.plan.RaiseHardLimits(process.Rlimits); err != nil {
		return err
	}
	if process.OOMScoreAdj != nil {
		e.plan.AdjustOOMScore(*process.OOMScoreAdj)
	}
	e.plan.LabelFrom(process.ApparmorProfile)
	e.plan.CloseProc()
	e.plan.EnterPIDNamespace()
	return e.retain()
}

// retain drops capabilities. In a user namespace the process has all of that one's, and
// needs none outside.
func (e *entry) retain() error {
	process := e.cfg.Process
	if e.cfg.isMapped() {
		return e.plan.Retain(launch.Capabilities{}, 0)
	}
	capabilities, err := launch.ParseCapabilities(process.Capabilities)
	if err != nil || capabilities == nil {
		return err
	}
	rest := uint64(launch.ForBecome)
	if e.cfg.Seccomp != nil && !process.NoNewPrivileges {
		rest |= 1 << unix.CAP_SYS_ADMIN
	}
	return e.plan.Retain(*capabilities, rest)
}
