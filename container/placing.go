package container

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"mydocker/container/launch"
)

// placing is the way of a process into the container's cgroup; without files it joins
// none. To move it there from outside, the kernel stops all forks first, which takes
// 5 to 20 ms (cgroup_threadgroup_rwsem). A process that moves itself, or is born
// inside, costs nothing.
type placing struct {
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
		return placing{}, fmt.Errorf("joining the container's cgroup: %w", err)
	}
	directory, err := cgroup.OpenDirectory()
	if err != nil {
		closeAll(tasks)
		return placing{}, fmt.Errorf("joining the container's cgroup: %w", err)
	}
	return placing{tasks: tasks, directory: directory}, nil
}

// birthplace is the directory of the cgroup in which the process is to be born; nil
// where it is born outside.
func (p *placing) birthplace() *os.File {
	if p.outside {
		return nil
	}
	return p.directory
}

// files gives those by which the process gets into the cgroup, the directory first.
// A host that uses both versions has the lists, too.
func (p *placing) files() []*os.File {
	if p.directory == nil {
		return p.tasks
	}
	return append([]*os.File{p.directory}, p.tasks...)
}

// goOutside tells whether a process that could not be born inside can be made outside
// and move itself.
func (p *placing) goOutside(err error) bool {
	p.outside = p.birthplace() != nil && refusesBirth(err)
	return p.outside
}

// refusesBirth tells whether an error is that of a cgroup that has as many processes as
// it may, which keeps nobody from moving there, or of a seccomp filter that keeps
// clone3(2) from mydocker.
func refusesBirth(err error) bool { return errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.ENOSYS) }

// join has the process go into the cgroup, unless it was born there.
func (p *placing) join(plan *launch.Plan) {
	lists := launch.Cgroup
	if p.directory != nil {
		lists++
	}
	if p.directory != nil && p.outside {
		plan.MoveToCgroup(p.directory)
	}
	plan.JoinCgroup(lists, len(p.tasks))
}

func (p *placing) close() {
	closeAll(p.tasks)
	p.directory.Close()
}

// followed is the cgroup of a container that hands controllers to cgroups below it, as
// systemd and docker do. Version 2 lets no process into it then: whoever is added
// follows the container's PID 1, which is in one of those.
type followed struct {
	Cgroup
	pid int
}

// OpenDirectory implements Cgroup.
func (f followed) OpenDirectory() (*os.File, error) { return f.OpenDirectoryOf(f.pid) }
