package engine

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"mydocker/attach"
	"mydocker/cgroups/cgroupfs"
	"mydocker/cgroups/manager"
	"mydocker/internal/process"
)

// monitors finds the monitors of this instance, by the ID of their container,
// without their live records: those that are processes of their own by their
// command lines, and those that are the command which runs the container by what
// lives in its cgroup. It reads all of /proc.
func (e *Engine) monitors() (map[string]Reference, error) {
	pids, err := process.All()
	if err != nil {
		return nil, err
	}
	found := map[string]Reference{}
	for _, pid := range pids {
		id, ours := e.monitorOf(pid)
		if !ours {
			continue
		}
		if reference, err := refer(pid); err == nil {
			found[id] = reference
		}
	}
	cgroups, err := manager.Containers()
	for _, cgroup := range cgroups {
		if _, known := found[cgroup.Container]; known || cgroup.Ownership != cgroupfs.Marked || !e.mark().Same(cgroup.Mark) {
			continue
		}
		if monitor, runs := hostOf(e.cgroupOf(cgroup.Container)); runs && e.sees(monitor.PID) {
			found[cgroup.Container] = monitor
		}
	}
	return found, err
}

// hostOf finds the command that is the monitor of what runs in a cgroup: the
// parent of a first process, when it is a mydocker. A first process whose monitor
// has died has another parent.
func hostOf(cgroup *manager.Cgroup) (monitor Reference, runs bool) {
	pids, _ := cgroup.Processes()
	for _, pid := range pids {
		parent, first := firstProcess(pid)
		if !first || !isMydocker(parent) {
			continue
		}
		if monitor, err := refer(parent); err == nil {
			return monitor, true
		}
	}
	return Reference{}, false
}

// firstProcess tells whether a process is the first of a pid namespace of its
// own (NSpid in proc_pid_status(5)), and whose child it is.
func firstProcess(pid int) (parent int, first bool) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, false
	}
	parent, err = strconv.Atoi(statusField(status, "PPid"))
	numbers := strings.Fields(statusField(status, "NSpid"))
	return parent, err == nil && len(numbers) > 1 && numbers[len(numbers)-1] == "1"
}

// isMydocker tells whether a process runs this program, or another version of it
// that has been replaced.
func isMydocker(pid int) bool {
	its, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	own, ownErr := os.Readlink("/proc/self/exe")
	name := func(path string) string { return filepath.Base(strings.TrimSuffix(path, " (deleted)")) }
	return err == nil && ownErr == nil && name(its) == name(own)
}

// monitorOf gives the container whose monitor a process is. Another user's
// process may say that it is one, too.
func (e *Engine) monitorOf(pid int) (id string, ours bool) {
	id, ours = e.namedBy(pid)
	return id, ours && e.sees(pid)
}

// namedBy tells whether a process has the command line of a monitor of an instance
// with directories of these names.
func (e *Engine) namedBy(pid int) (id string, is bool) {
	directory := "/proc/" + strconv.Itoa(pid)
	info, err := os.Stat(directory)
	if err != nil || int(info.Sys().(*syscall.Stat_t).Uid) != os.Geteuid() {
		return "", false
	}
	line, err := os.ReadFile(filepath.Join(directory, "cmdline"))
	words := strings.Split(strings.TrimRight(string(line), "\x00"), "\x00")
	if err != nil || len(words) != 4 || words[0] != MonitorName {
		return "", false
	}
	return words[3], words[1] == e.Layout.Root && words[2] == e.Layout.RunRoot
}

// programOf finds the program that a monitor runs: its child that is the first
// process of a pid namespace.
func programOf(monitor Reference) (Reference, bool) {
	pids, err := process.All()
	if err != nil {
		return Reference{}, false
	}
	for _, pid := range pids {
		parent, first := firstProcess(pid)
		if !first || parent != monitor.PID {
			continue
		}
		if start, err := process.Start(pid); err == nil {
			return Reference{PID: pid, Start: start}, true
		}
	}
	return Reference{}, false
}

// processesOf lists the processes of a container, its program among them: those
// in the program's pid namespace, which exec puts there as well, and all that
// descend from one of them.
func processesOf(program int) []int {
	pids, _ := process.All()
	own, _ := os.Readlink(fmt.Sprintf("/proc/%d/ns/pid", program))
	parents := map[int]int{}
	inside := map[int]bool{program: true}
	for _, pid := range pids {
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		parents[pid], _ = strconv.Atoi(statusField(status, "PPid"))
		namespace, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/pid", pid))
		inside[pid] = inside[pid] || err == nil && namespace == own
	}
	for found := true; found; {
		found = false
		for pid, parent := range parents {
			if inside[parent] && !inside[pid] {
				inside[pid], found = true, true
			}
		}
	}
	maps.DeleteFunc(inside, func(_ int, is bool) bool { return !is })
	return slices.Sorted(maps.Keys(inside))
}

func statusField(status []byte, key string) string {
	for line := range bytes.Lines(status) {
		if name, value, found := strings.Cut(string(line), ":"); found && name == key {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// askMonitor has a running container's monitor tell the record, which it keeps
// in mind.
func (e *Engine) askMonitor(id string) (*Record, error) {
	const patience = 2 * time.Second
	connection, err := e.dial(id, attach.Greeting{Record: true})
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	var record Record
	if err := connection.ReceiveRecord(&record, patience); err != nil {
		return nil, err
	}
	if record.ID != id {
		return nil, fmt.Errorf("the monitor of container %q speaks of container %q", id, record.ID)
	}
	return &record, nil
}
