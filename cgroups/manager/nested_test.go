package manager_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mydocker/cgroups"
	"mydocker/cgroups/manager"
	"mydocker/resource"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// runNested makes this test binary a mydocker that runs inside a container: its
// value is the path of the cgroup that it makes there.
const runNested = "MYDOCKER_TEST_NESTED"

// nested lives in an outer cgroup, of which only the subtree is mounted.
func nested() {
	cgroup := &manager.Cgroup{Path: os.Getenv(runNested), Limits: &specs.LinuxResources{
		Memory: &specs.LinuxMemory{Limit: pointer(int64(64 << 20))},
		Pids:   &specs.LinuxPids{Limit: pointer(int64(64))},
	}}
	if err := manager.Verify(cgroup.Limits); err != nil {
		fmt.Println(err)
		_, remedy, _ := strings.Cut(err.Error(), "move them into a child: ")
		if output, err := exec.Command("/bin/sh", "-c", remedy).CombinedOutput(); err != nil {
			fmt.Printf("the remedy %q: %v: %s\n", remedy, err, output)
		}
	}
	if err := useNested(cgroup); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("worked")
}

func useNested(cgroup *manager.Cgroup) error {
	if err := manager.Verify(cgroup.Limits); err != nil {
		return err
	}
	if err := cgroup.Create(); err != nil {
		return err
	}
	if status, err := cgroup.Check(); err != nil || status.State != resource.Present {
		return fmt.Errorf("checking: %v, %v", status, err)
	}
	lists, err := cgroup.OpenTasks()
	if err != nil {
		return err
	}
	for _, list := range lists {
		list.Close()
	}
	return cgroup.Remove()
}

// TestInsideContainer: what is made from the inside lies within the container's
// own cgroup. On version 2 the processes there are in the way at first, which
// Verify says, with a remedy that works.
func TestInsideContainer(t *testing.T) {
	outer := newCgroup(t, nil)
	create(t, outer)
	version := find(t, cgroups.Memory).Version
	if version != find(t, cgroups.Pids).Version {
		t.Skip("needs memory and pids controllers of one version")
	}
	mount, flags := bindSubtrees(t, outer), "--mount"
	if version == 2 {
		mount, flags = "mount -t tmpfs none /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup", "--mount --cgroup"
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := start(t, exec.Command("/bin/sh", "-c",
		fmt.Sprintf("read line; %s=mydocker/1 exec unshare %s /bin/sh -c '%s && exec %s'", runNested, flags, mount, self)))
	child.Go(t, outer)
	_, output := child.Result()
	if !strings.HasSuffix(output, "worked\n") {
		t.Errorf("inside it says\n%s", output)
	}
	if noticed := strings.Contains(output, "no internal processes"); noticed != (version == 2) {
		t.Errorf("on version %d it says\n%s", version, output)
	}
}

// bindSubtrees mounts the outer cgroup's directories over the hierarchies, as
// docker does for a container without a cgroup namespace.
func bindSubtrees(t *testing.T, outer *manager.Cgroup) string {
	t.Helper()
	var commands []string
	for _, mount := range mounts(t) {
		if inside := filepath.Join(mount, outer.Path); exists(inside) {
			commands = append(commands, fmt.Sprintf("mount --bind %s %s", inside, mount))
		}
	}
	return strings.Join(commands, " && ")
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
