package manager_test

import (
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"mydocker/resource"
)

// TestExplainedLinesWork types into bash what Explain says.
func TestExplainedLinesWork(t *testing.T) {
	cgroup := newCgroup(t, nil)
	cgroup.Limits = allLimits(t)
	steps := cgroup.Explain()
	bash(t, nil, steps.Create)
	expect(t, cgroup, resource.Present)

	child := shell(t, "read line")
	join, err := cgroup.JoinSteps("$PID")
	if err != nil {
		t.Fatal(err)
	}
	bash(t, []string{fmt.Sprintf("PID=%d", child.Process.Pid)}, join)
	if !contains(t, cgroup, child.Process.Pid) {
		t.Errorf("%v is without %d", processes(t, cgroup), child.Process.Pid)
	}
	bash(t, nil, steps.Remove)
	expect(t, cgroup, resource.Absent)
	if signal, _ := child.Result(); signal != syscall.SIGKILL {
		t.Errorf("the process inside ended with %v", signal)
	}
}

// TestExplainedRemovalSparesTheParent of another container.
func TestExplainedRemovalSparesTheParent(t *testing.T) {
	first := newCgroup(t, nil)
	second := sibling(t, strings.TrimSuffix(first.Path, "/1"), "2", nil)
	create(t, first)
	create(t, second)
	bash(t, nil, first.Explain().Remove)
	expect(t, first, resource.Absent)
	expect(t, second, resource.Present)
}

func bash(t *testing.T, environment, lines []string) {
	t.Helper()
	script := "set -eu\n" + strings.Join(lines, "\n")
	command := exec.Command("bash", "-c", script)
	command.Env = append(command.Environ(), environment...)
	if output, err := command.CombinedOutput(); err != nil || len(output) > 0 {
		t.Fatalf("%v: %s\n%s", err, output, script)
	}
}
