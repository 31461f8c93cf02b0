package manager_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"mydocker/cgroups"
	"mydocker/cgroups/cgroupfs"
	"mydocker/cgroups/manager"
	"mydocker/internal/instance"
	"mydocker/resource"
)

// unknowing skips where the kernel keeps no marks.
func unknowing(t *testing.T, directory string) {
	t.Helper()
	if _, ownership, err := cgroupfs.Owner(directory); err != nil || ownership == cgroupfs.Unknowable {
		t.Skipf("this kernel keeps no trusted attributes of cgroups: %v", err)
	}
}

func located(t *testing.T, cgroup *manager.Cgroup) []string {
	t.Helper()
	var there []string
	for _, mount := range mounts(t) {
		directory := filepath.Join(mount, cgroup.Path)
		if _, err := os.Stat(directory); err == nil {
			there = append(there, directory)
		}
	}
	return there
}

func TestEveryDirectoryBearsTheMark(t *testing.T) {
	cgroup := newCgroup(t, nil)
	cgroup.Instance = instance.Of("/run/mydocker")
	create(t, cgroup)
	for _, directory := range located(t, cgroup) {
		unknowing(t, directory)
		if mark, ownership, err := cgroupfs.Owner(directory); mark != cgroup.Instance || ownership != cgroupfs.Marked || err != nil {
			t.Errorf("%q: mark %q, %v, %v", directory, mark, ownership, err)
		}
	}
}

func TestACgroupOfAnotherInstanceIsLeftAlone(t *testing.T) {
	theirs := newCgroup(t, nil)
	theirs.Instance = instance.Of("/run/other")
	create(t, theirs)
	unknowing(t, located(t, theirs)[0])
	child := shell(t, "read line")
	child.Go(t, theirs)

	own := &manager.Cgroup{Path: theirs.Path, Instance: instance.Of("/run/mydocker")}
	if err := own.Create(); !errors.As(err, new(*resource.ForeignError)) || !strings.Contains(err.Error(), "/run/other") {
		t.Errorf("creating: %v, want a ForeignError that names /run/other", err)
	}
	if detail := expect(t, own, resource.Foreign).Detail; !strings.Contains(detail, "/run/other") {
		t.Errorf("the detail is %q", detail)
	}
	if err := own.Remove(); err != nil {
		t.Error(err)
	}
	if !contains(t, theirs, child.Process.Pid) {
		t.Error("the other's process is gone")
	}
}

func TestAMemberThatIsElsewhereIsBroughtBack(t *testing.T) {
	cgroup := newCgroup(t, nil)
	create(t, cgroup)
	child := shell(t, "read line")
	child.Go(t, cgroup)
	pid := child.Process.Pid
	cgroup.Members = []int{pid}
	expect(t, cgroup, resource.Present)
	for _, mount := range mounts(t) {
		if err := os.WriteFile(mount+"/cgroup.procs", []byte(fmt.Sprint(pid)), 0); err != nil {
			t.Fatal(err)
		}
	}
	if detail := expect(t, cgroup, resource.Altered).Detail; !strings.Contains(detail, fmt.Sprintf("pid %d is not in", pid)) {
		t.Errorf("the detail is %q", detail)
	}
	create(t, cgroup)
	expect(t, cgroup, resource.Present)
}

func TestContainersListsWhatAnyInstanceMade(t *testing.T) {
	needControllers(t, cgroups.Pids, cgroups.Memory, cgroups.CPU)
	// Its directory exists, so that nobody takes it for a leak.
	other := instance.Of(t.TempDir())
	marked := &manager.Cgroup{Path: manager.PathOf(randomID(t)), Instance: other}
	half := &manager.Cgroup{Path: manager.PathOf(randomID(t))}
	for _, cgroup := range []*manager.Cgroup{marked, half} {
		t.Cleanup(func() { cgroup.Remove() })
		create(t, cgroup)
	}
	// A crash can leave a part of one.
	left := located(t, half)[0]
	for _, directory := range located(t, half)[1:] {
		if err := unix.Rmdir(directory); err != nil {
			t.Fatal(err)
		}
	}
	unknowing(t, left)
	all, err := manager.Containers()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]manager.Found{}
	for _, one := range all {
		found[manager.PathOf(one.Container)] = one
	}
	if one := found[marked.Path]; one.Mark != other || one.Ownership != cgroupfs.Marked || len(one.Directories) != len(located(t, marked)) {
		t.Errorf("the marked one is %+v", one)
	}
	if one := found[half.Path]; one.Ownership != cgroupfs.Unmarked || len(one.Directories) != 1 || one.Directories[0] != left {
		t.Errorf("the one without a mark is %+v", one)
	}
}

func randomID(t *testing.T) string {
	t.Helper()
	number, err := rand.Int(rand.Reader, big.NewInt(9_000_000_000))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(number.Int64() + 1_000_000_000)
}
