package container

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"mydocker/container/launch"
)

// placing is the way of an added process into the container's cgroup. To move it
// there from outside, the kernel stops all forks first, which takes 5 to 20 ms
// (cgroup_threadgroup_rwsem). A process that moves itself, or is born inside,
// costs nothing.
type placing struct {
	cgroup    Cgroup     // nil: nothing is joined
	tasks     []*os.File // version 1: by which it moves itself
	directory *os.File   // version 2: into which it is born; nil where there is none
	outside   bool       // it could not be born there
}

func newPlacing(cgroup Cgroup) (placing, error) {
	if cgroup == nil {
		return placing{}, nil
	}
	tasks, err := cgroup.OpenTasks()
	if err != nil {
		return placing{}, err
	}
	directory, err := cgroup.OpenDirectory()
	if err != nil {
		closeAll(tasks)
		return placing{}, err
	}
	return placing{cgroup: cgroup, tasks: tasks, directory: directory}, nil
}

// fork makes the process inside. One that cannot be born there, because the
// container has as many processes as it may, or because a seccomp filter keeps
// clone3(2) from mydocker, can still be moved.
func (p *placing) fork(plan *launch.Plan) (launch.Child, error) {
	child, err := plan.ForkInto(0, p.directory)
	if p.directory == nil || !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.ENOSYS) {
		return child, err
	}
	p.outside = true
	return plan.Fork()
}

// take moves a process that is still outside.
func (p *placing) take(pid int) error {
	if !p.outside {
		return nil
	}
	return p.cgroup.Join(pid)
}

func (p *placing) close() {
	closeAll(p.tasks)
	p.directory.Close()
}
