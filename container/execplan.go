package container

import (
	"os"

	"mydocker/container/account"
	"mydocker/container/launch"
)

// writePlan lists the process' steps, from its birth to its program. It gives
// the files that the child takes over.
func (e *entry) writePlan(identity account.Identity, stdio [3]*os.File) (raised []*os.File, err error) {
	process := e.cfg.Process
	e.plan = &launch.Plan{}
	files := append([]*os.File{e.theirStatus, stdio[0], stdio[1], stdio[2], nil, e.proc, e.owner}, e.cgroup.files()...)
	if raised, err = raise(files...); err != nil {
		return nil, err
	}
	e.plan.Arrange(raised[0], [3]*os.File(raised[1:4]), raised[4:]...)
	tied := func() {
		if !e.cfg.Detached {
			e.plan.DieWithParent()
		}
	}
	tied()
	e.plan.EnterPIDNamespace(e.cgroup.bornInside())
	tied()
	e.cgroup.join(e.plan)
	if process.OOMScoreAdj != nil {
		e.plan.AdjustOOMScore(*process.OOMScoreAdj)
	}
	e.plan.NewSession()
	if process.Terminal {
		e.plan.TakeTerminal()
	}
	label := func() { e.plan.LabelFrom(process.ApparmorProfile) }
	if e.cfg.isMapped() {
		if err := e.plan.RaiseHardLimits(process.Rlimits); err != nil {
			return raised, err
		}
		e.plan.EnterUserNamespace()
	}
	if err := addProcess(e.plan, process, identity, e.cfg.Seccomp, label); err != nil {
		return raised, err
	}
	tied()
	e.plan.Begin()
	addFilter(e.plan, process, e.cfg.Seccomp)
	return raised, e.plan.Exec(process.Args, withHome(process.Env, identity.Home))
}
