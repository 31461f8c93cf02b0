package container

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"mydocker/container/account"
	"mydocker/container/launch"
)

// launch makes the process.
func (e *entry) launch(identity account.Identity, stdio [3]*os.File) (child launch.Child, err error) {
	child, err = e.launchOnce(identity, stdio)
	if e.cgroup.goOutside(err) {
		child, err = e.launchOnce(identity, stdio)
	}
	e.theirStatus.Close()
	switch {
	case errors.Is(err, unix.ENOMEM):
		err = fmt.Errorf("entering the container (pid %d): it is ending: %w", e.target.Pid, err)
	case errors.Is(err, unix.ESRCH), errors.Is(err, launch.ErrKilled):
		err = ended(e.target)
	}
	return child, err
}

func (e *entry) launchOnce(identity account.Identity, stdio [3]*os.File) (child launch.Child, err error) {
	raised, err := e.writePlan(identity, stdio)
	defer e.plan.Release()
	defer closeAll(raised)
	if err != nil {
		return child, err
	}
	first, err := e.plan.Launch()
	if err != nil {
		return child, err
	}
	child, told, failure, err := launch.AwaitSplit(first, e.status)
	if failure != nil {
		_, err = e.plan.Explain(*failure, e.look)
	}
	e.told = told
	return child, err
}
