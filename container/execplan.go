package container

import (
	"os"

	"mydocker/container/account"
)

// writePlan lists the process' steps, from its birth to its program. It gives
// the files that the child takes over.
func (e *entry) writePlan(identity account.Identity, stdio [3]*os.File) (raised []*os.File, err error) {
	process := e.cfg.Process
	var owner *os.File
	if e.cfg.isMapped() {
		owner = e.owner
	}
	files := append([]*os.File{e.childSide.status, stdio[0], stdio[1], stdio[2], e.childSide.latch, e.proc, owner}, e.cgroup.tasks...)
	if raised, err = raise(files...); err != nil {
		return nil, err
	}
	e.plan.Arrange(raised[0], [3]*os.File(raised[1:4]), raised[4:]...)
	if !e.cfg.Detached {
		e.plan.DieWithParent()
	}
	e.plan.JoinCgroup(len(e.cgroup.tasks))
	e.plan.AwaitLatch()
	e.plan.NewSession()
	if process.Terminal {
		e.plan.TakeTerminal()
	}
	label := func() { e.plan.LabelFrom(process.ApparmorProfile) }
	if e.cfg.isMapped() {
		e.plan.EnterUserNamespace()
	}
	if err := addProcess(e.plan, process, identity, e.cfg.Seccomp, label); err != nil {
		return raised, err
	}
	if !e.cfg.Detached {
		e.plan.DieWithParent()
	}
	e.plan.Announce(begins)
	addFilter(e.plan, process, e.cfg.Seccomp)
	return raised, e.plan.Exec(process.Args, withHome(process.Env, identity.Home))
}
