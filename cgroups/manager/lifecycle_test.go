package manager_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"

	"mydocker/cgroups"
	"mydocker/cgroups/manager"
	"mydocker/resource"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// allLimits has one of each kind that this host can hold.
func allLimits(t *testing.T) *specs.LinuxResources {
	t.Helper()
	limits := &specs.LinuxResources{
		Memory: &specs.LinuxMemory{Limit: pointer(int64(128<<20 + 1)), Reservation: pointer(int64(64 << 20))},
		CPU:    &specs.LinuxCPU{Quota: pointer(int64(50_000)), Period: pointer(uint64(100_000)), Shares: pointer(uint64(512))},
		Pids:   &specs.LinuxPids{Limit: pointer(int64(64))},
	}
	if find(t, cgroups.CPUSet).Mount != "" {
		limits.CPU.Cpus = "0"
	}
	return limits
}

func TestLifecycle(t *testing.T) {
	cgroup := newCgroup(t, nil)
	cgroup.Limits = allLimits(t)
	expect(t, cgroup, resource.Absent)
	for range 2 { // what exists is ours
		create(t, cgroup)
	}
	expect(t, cgroup, resource.Present)

	child := shell(t, "read line")
	child.Go(t, cgroup)
	if !contains(t, cgroup, child.Process.Pid) {
		t.Errorf("processes are %v, without %d", processes(t, cgroup), child.Process.Pid)
	}
	stats, err := cgroup.Stats()
	if err != nil {
		t.Fatal(err)
	}
	if stats.Pids.Current != 1 || stats.Pids.Limit != 64 || stats.Memory.Limit != 128<<20 {
		t.Errorf("statistics are %+v", stats)
	}

	for range 2 { // what is gone is removed
		if err := cgroup.Remove(); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, cgroup, resource.Absent)
	if signal, _ := child.Result(); signal != syscall.SIGKILL {
		t.Errorf("the process inside ended with %v", signal)
	}
	for _, mount := range mounts(t) {
		if _, err := os.Stat(filepath.Join(mount, filepath.Dir(cgroup.Path))); err == nil {
			t.Errorf("the parent is left over below %q", mount)
		}
	}
}

func expect(t *testing.T, cgroup *manager.Cgroup, state resource.State) resource.Status {
	t.Helper()
	status, err := cgroup.Check()
	if err != nil {
		t.Fatal(err)
	}
	if status.State != state {
		t.Fatalf("state is %q (%s), not %q", status.State, status.Detail, state)
	}
	return status
}

func TestAbsent(t *testing.T) {
	cgroup := newCgroup(t, nil)
	if err := cgroup.Kill(); err != nil {
		t.Error(err)
	}
	if pids := processes(t, cgroup); len(pids) > 0 {
		t.Errorf("an absent cgroup has processes %v", pids)
	}
	if _, err := cgroup.Stats(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("statistics of an absent cgroup: %v", err)
	}
	if _, err := cgroup.OOMKills(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("OOM kills of an absent cgroup: %v", err)
	}
	if err := cgroup.Join(os.Getpid()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("joining an absent cgroup: %v", err)
	}
}

func TestJoinDeadProcess(t *testing.T) {
	cgroup := newCgroup(t, nil)
	create(t, cgroup)
	child := shell(t, "true")
	child.stdin.Close()
	child.Wait()
	if err := cgroup.Join(child.Process.Pid); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("joining a dead process: %v", err)
	}
}

func TestCheckNamesWhatIsAltered(t *testing.T) {
	cgroup := newCgroup(t, nil)
	cgroup.Limits = allLimits(t)
	create(t, cgroup)

	limit := file(t, cgroup, cgroups.Pids, "pids.max", "pids.max")
	if err := os.WriteFile(limit, []byte("99"), 0); err != nil {
		t.Fatal(err)
	}
	detail := expect(t, cgroup, resource.Altered).Detail
	for _, word := range []string{limit, `"99"`, `"64"`} {
		if !strings.Contains(detail, word) {
			t.Errorf("%q does not say %s", detail, word)
		}
	}
	create(t, cgroup)
	expect(t, cgroup, resource.Present)
}

func TestCheckNamesMissingHierarchy(t *testing.T) {
	cgroup := newCgroup(t, nil)
	if find(t, cgroups.Pids).Mount == find(t, cgroups.Memory).Mount {
		t.Skip("needs several hierarchies")
	}
	create(t, cgroup)
	missing := file(t, cgroup, cgroups.Memory, "", "")
	if err := os.Remove(missing); err != nil {
		t.Fatal(err)
	}
	if detail := expect(t, cgroup, resource.Altered).Detail; !strings.Contains(detail, missing) {
		t.Errorf("%q does not name %q", detail, missing)
	}
}

// TestCreateAfterInterruptedKill: whoever kills forbids forks for the time being,
// and may be killed just then.
func TestCreateAfterInterruptedKill(t *testing.T) {
	cgroup := newCgroup(t, nil)
	create(t, cgroup)
	limit := file(t, cgroup, cgroups.Pids, "pids.max", "pids.max")
	if err := os.WriteFile(limit, []byte("0"), 0); err != nil {
		t.Fatal(err)
	}
	create(t, cgroup)
	if text, err := os.ReadFile(limit); err != nil || string(text) != "max\n" {
		t.Errorf("%s holds %q, %v", limit, text, err)
	}
}

// TestKillDuringJoins: an exec may come in while the container is killed.
func TestKillDuringJoins(t *testing.T) {
	cgroup := newCgroup(t, nil)
	create(t, cgroup)
	var children []*program
	for range 20 {
		children = append(children, shell(t, "read line"))
	}
	var joins sync.WaitGroup
	joins.Go(func() {
		for _, child := range children {
			if err := cgroup.Join(child.Process.Pid); err != nil {
				t.Error(err)
			}
		}
	})
	for range 20 {
		if err := cgroup.Kill(); err != nil {
			t.Error(err)
		}
	}
	joins.Wait()
	if err := cgroup.Kill(); err != nil {
		t.Error(err)
	}
	if left := processes(t, cgroup); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

// TestPartialFailure has the kernel refuse the last of several limits.
func TestPartialFailure(t *testing.T) {
	cgroup := newCgroup(t, &specs.LinuxResources{Pids: &specs.LinuxPids{Limit: pointer(int64(1 << 40))}})
	err := cgroup.Create()
	if err == nil {
		t.Fatal("a limit that the kernel refuses was taken")
	}
	for _, word := range []string{file(t, cgroup, cgroups.Pids, "pids.max", "pids.max"), `"1099511627776"`} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not name %s", err, word)
		}
	}
	if err := cgroup.Remove(); err != nil {
		t.Fatal(err)
	}
	expect(t, cgroup, resource.Absent)
}

// TestLimitsRaisedAndLowered: memory may never be above memory and swap, not
// even for a moment.
func TestLimitsRaisedAndLowered(t *testing.T) {
	cgroup := newCgroup(t, nil)
	for _, mebibytes := range []int64{64, 512, 32, 33, 128} {
		limit := mebibytes << 20
		cgroup.Limits = &specs.LinuxResources{
			Memory: &specs.LinuxMemory{Limit: &limit, Swap: &limit},
			CPU:    &specs.LinuxCPU{Quota: pointer(mebibytes * 1000), Period: pointer(uint64(mebibytes * 1000))},
		}
		create(t, cgroup)
		expect(t, cgroup, resource.Present)
	}
}

// TestParallel has 200 containers come and go at once: the parent directory is
// made by the first and removed by the last, over and over.
func TestParallel(t *testing.T) {
	parent := filepath.Dir(newCgroup(t, nil).Path)
	limits := allLimits(t)
	var all sync.WaitGroup
	for i := range 200 {
		cgroup := sibling(t, parent, fmt.Sprint(i), limits)
		all.Go(func() {
			if err := errors.Join(cgroup.Create(), cgroup.Remove()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, mount := range mounts(t) {
		if _, err := os.Stat(filepath.Join(mount, parent)); err == nil {
			t.Errorf("the parent is left over below %q", mount)
		}
	}
}

func TestRemoveTwiceAtOnce(t *testing.T) {
	for range 20 {
		cgroup := newCgroup(t, nil)
		create(t, cgroup)
		child := shell(t, "read line")
		child.Go(t, cgroup)
		var both sync.WaitGroup
		for range 2 {
			both.Go(func() {
				if err := cgroup.Remove(); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		expect(t, cgroup, resource.Absent)
	}
}

func TestJournal(t *testing.T) {
	cgroup := &manager.Cgroup{
		Path:   "mydocker/1891821312",
		Limits: &specs.LinuxResources{Pids: &specs.LinuxPids{Limit: pointer(int64(7))}},
	}
	journal, err := resource.Encode(resource.Set{cgroup})
	if err != nil {
		t.Fatal(err)
	}
	const want = `[{"kind":"cgroup","value":{"path":"mydocker/1891821312","limits":{"pids":{"limit":7}}}}]`
	if got, _ := json.Marshal(journal); string(got) != want {
		t.Errorf("recorded as %s", got)
	}
	set, err := journal.Decode(func(string) resource.Resource { return &manager.Cgroup{} })
	if err != nil {
		t.Fatal(err)
	}
	if set[0].String() != cgroup.String() || *set[0].(*manager.Cgroup).Limits.Pids.Limit != 7 {
		t.Errorf("read back as %v", set[0])
	}
}

func TestDeviceRulesAreRecordedInALine(t *testing.T) {
	one := int64(1)
	cgroup := &manager.Cgroup{Path: "mydocker/1", Instance: "/run/mydocker", Limits: &specs.LinuxResources{Devices: []specs.LinuxDeviceCgroup{
		{Type: "a", Access: "rwm"}, {Allow: true, Type: "c", Major: &one, Access: "rw"},
	}}}
	const lines = `{"path":"mydocker/1","limits":{},"devices":["deny a *:* rwm","allow c 1:* rw"],"instance":"/run/mydocker"}`
	const earlier = `{"path":"mydocker/1","limits":{"devices":[{"allow":false,"type":"a","access":"rwm"},{"allow":true,"type":"c","major":1,"access":"rw"}]},"instance":"/run/mydocker"}`
	if got, err := json.Marshal(cgroup); string(got) != lines {
		t.Errorf("recorded as %s, %v", got, err)
	}
	for _, text := range []string{lines, earlier} {
		var got manager.Cgroup
		if err := json.Unmarshal([]byte(text), &got); err != nil || !reflect.DeepEqual(&got, cgroup) {
			t.Errorf("%s is read as %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{`{"devices":["x"]}`, `{"devices":"x"}`} {
		if err := json.Unmarshal([]byte(text), new(manager.Cgroup)); err == nil {
			t.Errorf("%s was taken", text)
		}
	}
}

// TestHostilePath: what a damaged record names must not be killed.
func TestHostilePath(t *testing.T) {
	for _, path := range []string{"", ".", "/", "..", "../memory", "a/../..", "/mydocker/1", "mydocker/", "mydocker//1", "./a", "a\nb"} {
		cgroup := &manager.Cgroup{Path: path}
		if cgroup.Remove() == nil || cgroup.Kill() == nil || cgroup.Create() == nil {
			t.Errorf("path %q is taken", path)
		}
	}
}
