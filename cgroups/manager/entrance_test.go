package manager_test

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"mydocker/cgroups"
	"mydocker/cgroups/manager"
)

// through is a shell that gets into a cgroup by its entrance, in the way that suits
// both versions, before it obeys the script.
func through(t *testing.T, cgroup *manager.Cgroup, script string) *exec.Cmd {
	t.Helper()
	lists, err := cgroup.OpenTasks()
	if err != nil {
		t.Fatal(err)
	}
	directory, err := cgroup.OpenDirectory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, file := range append(lists, directory) {
			file.Close() // there may be no directory
		}
	})
	command := exec.Command("/bin/sh", "-c", "for list in $(seq 3 $((2 + $0))); do echo 0 >&$list; done; "+script, strconv.Itoa(len(lists)))
	command.ExtraFiles = lists
	if directory != nil {
		command.SysProcAttr = &syscall.SysProcAttr{UseCgroupFD: true, CgroupFD: int(directory.Fd())}
	}
	return command
}

func TestWhoGetsInByTheEntranceIsKilled(t *testing.T) {
	cgroup := newCgroup(t, nil)
	create(t, cgroup)
	child := start(t, through(t, cgroup, "echo inside; read line"))
	eventually(t, "the child is inside", func() bool { return len(processes(t, cgroup)) > 0 })
	if err := cgroup.Kill(); err != nil {
		t.Error(err)
	}
	if signal, _ := child.Result(); signal != syscall.SIGKILL {
		t.Errorf("the child ended with %v", signal)
	}
}

func TestTheEntranceLeadsIntoEveryHierarchy(t *testing.T) {
	cgroup := newCgroup(t, nil)
	create(t, cgroup)
	entrance, err := cgroup.Entrance()
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := entrance
	elsewhere.Tasks = []string{"/sys/fs/cgroup/pids/nobody/tasks"}
	gone := manager.Entrance{Tasks: []string{"/nowhere/" + cgroup.Path + "/tasks"}, Directory: "/nowhere/" + cgroup.Path}
	for name, known := range map[string]manager.Entrance{"none": {}, "its own": entrance, "another's": elsewhere, "one that is gone": gone} {
		cgroup.Known = known
		output, err := through(t, cgroup, "cat /proc/self/cgroup").Output()
		if err != nil {
			t.Fatal(err)
		}
		for _, controller := range []string{cgroups.Memory, cgroups.CPU, cgroups.Pids} {
			if want := ":" + filepath.Join(find(t, controller).Root, cgroup.Path) + "\n"; !strings.Contains(string(output), want) {
				t.Errorf("knowing %s: the child was not in %s:\n%s", name, want, output)
			}
		}
	}
}
