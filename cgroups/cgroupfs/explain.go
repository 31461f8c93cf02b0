package cgroupfs

import (
	"fmt"
	"strings"

	"mydocker/cgroups"
	"mydocker/internal/shell"
)

// MakeSteps are the shell lines of Make. As Make does, they go on where the
// directory cannot be marked.
func (d Directory) MakeSteps() []string {
	steps := []string{"mkdir -p " + shell.Quote(d.Location())}
	if d.Mark != "" {
		steps = append(steps, fmt.Sprintf("setfattr -n %s -v %s %s 2>/dev/null || :", markAttribute, shell.Quote(string(d.Mark)), shell.Quote(d.Location())))
	}
	return steps
}

// ApplySteps are the shell lines of Apply.
func (d Directory) ApplySteps(settings []cgroups.Setting) []string {
	var steps []string
	for _, setting := range settings {
		steps = append(steps, Echo(quoteBlanks(setting.Value), d.Location(), setting.File))
	}
	return steps
}

// JoinSteps are the shell lines that move a process into the cgroup; pid may be
// a variable.
func (d Directory) JoinSteps(pid string) []string {
	return []string{Echo(pid, d.Location(), "cgroup.procs")}
}

// RemoveSteps are the shell lines that remove the empty cgroup, and the parents
// that have no other child.
func (d Directory) RemoveSteps() []string {
	steps := []string{"rmdir " + shell.Quote(d.Location())}
	ancestors := d.Ancestors()
	for i := len(ancestors) - 1; i >= 0; i-- {
		steps = append(steps, "rmdir --ignore-fail-on-non-empty "+shell.Quote(ancestors[i]))
	}
	return steps
}

// KillSteps are the shell lines that end what is in the cgroup.
func (d Directory) KillSteps() []string {
	processes := shell.Quote(d.Location() + "/cgroup.procs")
	return []string{
		`while pids=$(cat ` + processes + `); [ -n "$pids" ]; do kill -KILL $pids || :; sleep 0.01; done`,
	}
}

// Echo is the shell line that writes a value, which is given as the shell takes
// it, to a file of a cgroup.
func Echo(value, directory, file string) string {
	return fmt.Sprintf("echo %s > %s", value, shell.Quote(directory+"/"+file))
}

// quoteBlanks keeps words together for the shell.
func quoteBlanks(value string) string {
	if strings.Contains(value, " ") {
		return `"` + value + `"`
	}
	return value
}
