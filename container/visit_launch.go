package container

import (
	"os"

	"golang.org/x/sys/unix"

	"mydocker/container/launch"
)

// launchSomehow makes the process in its cgroup, or else outside, from where it goes in
// before anybody sees it.
func (v *visitor) launchSomehow(status, latch *os.File) (child launch.Child, err error) {
	child, err = v.launchOnce(status, latch)
	if v.cfg.Cgroup == nil || !refusesBirth(err) {
		return child, err
	}
	cgroup, err := v.cfg.Cgroup()
	if err != nil {
		return child, err
	}
	if v.placing, err = newPlacing(cgroup); err != nil {
		return child, err
	}
	defer v.placing.close()
	v.placing.outside = true
	return v.launchOnce(status, latch)
}

func (v *visitor) launchOnce(status, latch *os.File) (child launch.Child, err error) {
	raised, err := v.writePlan(status, latch)
	defer closeAll(raised)
	if err != nil {
		return child, err
	}
	defer v.plan.Release()
	if v.cfg.Cgroup == nil || v.placing.outside {
		return v.plan.LaunchInto(unix.CLONE_NEWPID, nil)
	}
	return v.launchInCgroup()
}

// launchInCgroup does it from inside the cgroup, so that the process need not be
// moved there, which takes long.
func (v *visitor) launchInCgroup() (child launch.Child, err error) {
	cgroup, err := v.cfg.Cgroup()
	if err != nil {
		return child, err
	}
	directory, err := cgroup.OpenDirectory()
	if err != nil {
		return child, err
	}
	if directory != nil {
		defer directory.Close()
	}
	leave, err := cgroup.EnterThread()
	if err != nil {
		return child, err
	}
	child, err = v.plan.LaunchInto(unix.CLONE_NEWPID, directory)
	if back := leave(); err == nil && back != nil {
		child.Kill()
		err = back
	}
	return child, err
}
