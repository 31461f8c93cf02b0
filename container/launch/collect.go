package launch

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Collect becomes a process that waits for the end of its child with a pid, and then ends
// itself. It has a few pages and nothing of mydocker's memory. Its title is what others see
// of it: its name, of 15 bytes at most, and its arguments. Collect returns only when it
// cannot.
func Collect(pid int, title ...string) error {
	plan := &Plan{}
	defer plan.Release()
	name, err := placeText(plan, title[0])
	if err != nil {
		return err
	}
	plan.do("", unix.SYS_PRCTL, unix.PR_SET_NAME, address(name))
	plan.do("", unix.SYS_WAIT4, uintptr(pid), 0, 0, 0).tolerates = unix.ECHILD // it was collected before
	plan.do("", unix.SYS_EXIT_GROUP, 0)
	launcher, err := plan.launcher()
	if err != nil {
		return err
	}
	defer launcher.Close()
	return unix.Exec(fmt.Sprintf("/proc/self/fd/%d", launcher.Fd()), title, nil)
}
