package container

import (
	"os"

	"golang.org/x/sys/unix"

	"mydocker/container/launch"
)

// launchPlaced launches the process where it gets into its cgroup.
func (v *visitor) launchPlaced(status, latch *os.File) (child launch.Child, err error) {
	if err := v.place(); err != nil {
		return child, err
	}
	defer v.placing.close()
	child, err = v.launchOnce(status, latch)
	if v.placing.goOutside(err) {
		child, err = v.launchOnce(status, latch)
	}
	return child, err
}

// place finds the way into the cgroup, for which it waits.
func (v *visitor) place() error {
	if v.cfg.Cgroup == nil {
		return nil
	}
	cgroup, err := v.cfg.Cgroup()
	if err != nil {
		return err
	}
	v.placing, err = newPlacing(cgroup)
	return err
}

func (v *visitor) launchOnce(status, latch *os.File) (child launch.Child, err error) {
	raised, err := v.writePlan(status, latch)
	defer closeAll(raised)
	if err != nil {
		return child, err
	}
	defer v.plan.Release()
	return v.plan.LaunchInto(unix.CLONE_NEWPID, v.placing.birthplace())
}
