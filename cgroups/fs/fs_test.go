package fs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mydocker/cgroups"
	"mydocker/resource"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/runtime-spec/specs-go"
)

// tree makes a directory that looks like a version 1 hierarchy.
func tree(t *testing.T, controllers string, files map[string]string) cgroups.Hierarchy {
	t.Helper()
	mount := t.TempDir()
	for name, content := range files {
		path := filepath.Join(mount, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return cgroups.Hierarchy{Version: 1, Mount: mount, Root: "/", Controllers: strings.Split(controllers, ",")}
}

func content(t *testing.T, hierarchy cgroups.Hierarchy, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(hierarchy.Mount, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var everything = specs.LinuxResources{
	Memory: &specs.LinuxMemory{Limit: new(int64(64 << 20)), Reservation: new(int64(32 << 20))},
	CPU:    &specs.LinuxCPU{Quota: new(int64(5000)), Period: new(uint64(10_000)), Shares: new(uint64(512)), Cpus: "0"},
	Pids:   &specs.LinuxPids{Limit: new(int64(64))},
}

// TestSettings: a hierarchy gets what its controllers take and nothing else.
func TestSettings(t *testing.T) {
	for name, test := range map[string]struct {
		controllers string
		files       map[string]string
		want        []string
	}{
		"memory": {"memory", map[string]string{"memory.memsw.limit_in_bytes": ""}, []string{
			"memory.limit_in_bytes=67108864", "memory.memsw.limit_in_bytes=134217728", "memory.soft_limit_in_bytes=33554432",
		}},
		"memory, swap not counted": {"memory", nil, []string{
			"memory.limit_in_bytes=67108864", "memory.soft_limit_in_bytes=33554432",
		}},
		"mounted together": {"cpu,cpuacct", nil, []string{
			"cpu.cfs_period_us=10000", "cpu.cfs_quota_us=5000", "cpu.shares=512",
		}},
		"CPU accounting": {"cpuacct", nil, nil},
		"cpuset":         {"cpuset", nil, []string{"cpuset.cpus=0"}},
		"pids":           {"pids", nil, []string{"pids.max=64"}},
	} {
		var got []string
		for _, setting := range New(tree(t, test.controllers, test.files), "mydocker/1", &everything).settings() {
			got = append(got, setting.File+"="+setting.Value)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	for _, setting := range New(tree(t, "memory,cpu,cpuset,pids", nil), "mydocker/1", nil).settings() {
		t.Errorf("without a limit %+v is written", setting)
	}
}

// TestCPUSetFollows: CPU 3 was offline when the parent was made.
func TestCPUSetFollows(t *testing.T) {
	hierarchy := tree(t, "cpuset", map[string]string{
		"cpuset.cpus": "0-3\n", "cpuset.mems": "0\n",
		"mydocker/cpuset.cpus": "0-2", "mydocker/cpuset.mems": "0\n",
		"mydocker/1/cpuset.cpus": "", "mydocker/1/cpuset.mems": "",
	})
	limits := &specs.LinuxResources{CPU: &specs.LinuxCPU{Cpus: "3"}}
	if err := New(hierarchy, "mydocker/1", limits).Create(); err != nil {
		t.Fatal(err)
	}
	if got := content(t, hierarchy, "mydocker/cpuset.cpus"); got != "0-3" {
		t.Errorf("the parent has CPUs %q", got)
	}
}

// TestCPUSetIsInherited where no limit fills it, through a parent that was just
// made; where cpuset is mounted with others, even without a limit on it.
func TestCPUSetIsInherited(t *testing.T) {
	hierarchy := tree(t, "cpu,cpuset", map[string]string{
		"cpuset.cpus": "0-3\n", "cpuset.mems": "0\n",
		"mydocker/cpuset.cpus": "", "mydocker/cpuset.mems": "",
		"mydocker/1/cpuset.cpus": "", "mydocker/1/cpuset.mems": "",
		"mydocker/2/cpuset.cpus": "", "mydocker/2/cpuset.mems": "",
	})
	pinned := &specs.LinuxResources{CPU: &specs.LinuxCPU{Cpus: "1"}}
	for path, limits := range map[string]*specs.LinuxResources{"mydocker/1": pinned, "mydocker/2": nil} {
		if err := New(hierarchy, path, limits).Create(); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"mydocker/cpuset.cpus": "0-3", "mydocker/cpuset.mems": "0",
		"mydocker/1/cpuset.cpus": "1", "mydocker/1/cpuset.mems": "0",
		"mydocker/2/cpuset.cpus": "0-3", "mydocker/2/cpuset.mems": "0",
	} {
		if got := content(t, hierarchy, name); got != want {
			t.Errorf("%s holds %q, not %q", name, got, want)
		}
	}
}

func TestVerifySwap(t *testing.T) {
	limits := &specs.LinuxResources{Memory: &specs.LinuxMemory{Limit: new(int64(64 << 20)), Swap: new(int64(128 << 20))}}
	err := New(tree(t, "memory", nil), "", limits).Verify()
	if err == nil || !strings.Contains(err.Error(), "128MiB") || !strings.Contains(err.Error(), "swapaccount=1") {
		t.Errorf("a swap limit that is not counted: %v", err)
	}
	limits.Memory.Swap = new(int64(-1))
	if err := New(tree(t, "memory", nil), "", limits).Verify(); err != nil {
		t.Errorf("unlimited swap: %v", err)
	}
}

func TestStatsWithoutLimit(t *testing.T) {
	hierarchy := tree(t, "memory,cpuacct,pids", map[string]string{
		"a/memory.usage_in_bytes": "1000\n", "a/memory.max_usage_in_bytes": "3000\n",
		"a/memory.limit_in_bytes": "9223372036854771712\n",
		"a/memory.oom_control":    "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
		"a/cpuacct.usage":         "17\n", "a/pids.current": "4\n", "a/pids.max": "max\n",
	})
	var stats cgroups.Stats
	if err := New(hierarchy, "a", nil).AddStats(&stats); err != nil {
		t.Fatal(err)
	}
	want := cgroups.Stats{
		Memory: cgroups.MemoryStats{Usage: 1000, Peak: 3000, OOMKills: 2},
		CPU:    cgroups.CPUStats{UsageNanoseconds: 17},
		Pids:   cgroups.PidsStats{Current: 4},
	}
	if diff := cmp.Diff(want, stats); diff != "" {
		t.Error(diff)
	}
}

func TestExplain(t *testing.T) {
	hierarchy := cgroups.Hierarchy{Version: 1, Mount: "/sys/fs/cgroup/cpuset", Root: "/", Controllers: []string{"cpuset"}}
	want := resource.Steps{
		Create: []string{
			"mkdir -p /sys/fs/cgroup/cpuset/mydocker/1",
			"cat /sys/fs/cgroup/cpuset/cpuset.cpus > /sys/fs/cgroup/cpuset/mydocker/cpuset.cpus",
			"cat /sys/fs/cgroup/cpuset/cpuset.mems > /sys/fs/cgroup/cpuset/mydocker/cpuset.mems",
			"cat /sys/fs/cgroup/cpuset/mydocker/cpuset.mems > /sys/fs/cgroup/cpuset/mydocker/1/cpuset.mems",
			"echo 0 > /sys/fs/cgroup/cpuset/mydocker/1/cpuset.cpus",
		},
		Remove: []string{
			"rmdir /sys/fs/cgroup/cpuset/mydocker/1",
			"rmdir --ignore-fail-on-non-empty /sys/fs/cgroup/cpuset/mydocker",
		},
	}
	if diff := cmp.Diff(want, New(hierarchy, "mydocker/1", &everything).Explain()); diff != "" {
		t.Error(diff)
	}
}
