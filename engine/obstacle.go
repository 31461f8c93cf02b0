package engine

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"mydocker/cgroups/manager"
	"mydocker/internal/process"
)

// What can keep a killed container from ending, and what can be done about it.
//
// The first process of a pid namespace ends after all others in it, and those
// whose parents are outside after these have collected them. A version 1
// freezer does not let the processes in it die; a parent that is stopped
// collects nobody.

// freeKilled takes what it can out of the way of the end of a container whose
// first process has been killed, and says what is left in it.
func freeKilled(pid int) (obstacle string) {
	obstacle = "\"ps -o stat,wchan " + fmt.Sprint(pid) + "\" may tell why"
	namespace := process.Namespace(pid, "pid")
	pids, err := process.All()
	if err != nil || namespace == "" || namespace == process.Namespace(os.Getpid(), "pid") {
		return obstacle
	}
	for _, member := range pids {
		if process.Namespace(member, "pid") != namespace {
			continue
		}
		if found := freeMember(member, namespace); found != "" {
			obstacle = found
		}
	}
	return obstacle
}

func freeMember(pid int, namespace string) (obstacle string) {
	manager.Thaw(pid) // the process may be gone by now
	look, err := process.LookAt(pid)
	switch {
	case err != nil:
	case look.State == 'D':
		return fmt.Sprintf("pid %d (%s) waits for something that cannot be interrupted, such as a disk or a network file system", pid, look.Name)
	case look.State == 'Z' && !process.IsFirst(pid) && process.Namespace(look.Parent, "pid") != namespace:
		return freeUncollected(pid, look)
	}
	return ""
}

// freeUncollected sees to a zombie whose parent is outside. A command of ours
// that is stopped, "mydocker exec" after ctrl-Z, is ended: it has nothing left
// to wait for. Other people's processes are left alone.
func freeUncollected(pid int, zombie process.Look) (obstacle string) {
	start, startErr := process.Start(zombie.Parent)
	parent, err := process.LookAt(zombie.Parent)
	if startErr != nil || err != nil {
		return ""
	}
	if isOurs(zombie.Parent) {
		manager.Thaw(zombie.Parent)
		if parent.Stopped() {
			process.Signal(zombie.Parent, start, unix.SIGKILL)
		}
		return ""
	}
	return fmt.Sprintf("pid %d (%s) has ended, and its parent, pid %d (%s), has not collected it; is that one stopped?",
		pid, zombie.Name, zombie.Parent, parent.Name)
}

// isOurs tells whether a process runs this very program.
func isOurs(pid int) bool {
	own, err := os.Stat("/proc/self/exe")
	if err != nil {
		return false
	}
	other, err := os.Stat(fmt.Sprintf("/proc/%d/exe", pid))
	return err == nil && os.SameFile(own, other)
}

// freeStopped lets a monitor go on that somebody has stopped or frozen.
func freeStopped(monitor Reference) {
	if !monitor.alive() {
		return
	}
	manager.Thaw(monitor.PID)
	if look, err := process.LookAt(monitor.PID); err == nil && look.Stopped() {
		monitor.signal(unix.SIGCONT)
	}
}
