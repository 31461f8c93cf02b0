package fs2

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

// tree makes a directory that looks like a version 2 hierarchy.
func tree(t *testing.T, files map[string]string) cgroups.Hierarchy {
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
	return cgroups.Hierarchy{Version: 2, Mount: mount, Root: "/", Controllers: []string{"cpuset", "cpu", "memory", "pids"}}
}

// fresh is a hierarchy in which the kernel has just made mydocker/1. The kernel
// takes back no byte of what is written, so the files start out empty.
func fresh() map[string]string {
	files := map[string]string{
		"cgroup.subtree_control":          "",
		"cpuset.cpus.effective":           "0-3\n",
		"cpuset.mems.effective":           "0\n",
		"mydocker/cgroup.subtree_control": "",
	}
	for _, name := range []string{
		"memory.max", "memory.current", "memory.swap.max", "memory.low", "cpu.max", "cpu.weight", "cpuset.cpus", "cpuset.mems", "pids.max",
	} {
		files["mydocker/1/"+name] = ""
	}
	return files
}

func content(t *testing.T, hierarchy cgroups.Hierarchy, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(hierarchy.Mount, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestCreateWritesLimits(t *testing.T) {
	for name, test := range map[string]struct {
		limits *specs.LinuxResources
		want   map[string]string
	}{
		"none": {nil, nil},
		"memory, and as much swap": {
			&specs.LinuxResources{Memory: &specs.LinuxMemory{Limit: new(int64(64 << 20))}},
			map[string]string{"memory.max": "67108864", "memory.swap.max": "67108864"},
		},
		"memory without swap, reservation": {
			&specs.LinuxResources{Memory: &specs.LinuxMemory{
				Limit: new(int64(64 << 20)), Swap: new(int64(64 << 20)), Reservation: new(int64(32 << 20)),
			}},
			map[string]string{"memory.max": "67108864", "memory.swap.max": "0", "memory.low": "33554432"},
		},
		"memory, any swap": {
			&specs.LinuxResources{Memory: &specs.LinuxMemory{Limit: new(int64(64 << 20)), Swap: new(int64(-1))}},
			map[string]string{"memory.max": "67108864"},
		},
		"CPU quota": {
			&specs.LinuxResources{CPU: &specs.LinuxCPU{Quota: new(int64(150_000))}},
			map[string]string{"cpu.max": "150000 100000"},
		},
		"CPU quota and period": {
			&specs.LinuxResources{CPU: &specs.LinuxCPU{Quota: new(int64(5000)), Period: new(uint64(10_000))}},
			map[string]string{"cpu.max": "5000 10000"},
		},
		"CPU period alone": {
			&specs.LinuxResources{CPU: &specs.LinuxCPU{Quota: new(int64(-1)), Period: new(uint64(10_000))}},
			map[string]string{"cpu.max": "max 10000"},
		},
		"CPU shares": {
			&specs.LinuxResources{CPU: &specs.LinuxCPU{Shares: new(uint64(1024))}},
			map[string]string{"cpu.weight": "100"},
		},
		"cpuset": {
			&specs.LinuxResources{CPU: &specs.LinuxCPU{Cpus: "0,2-3", Mems: "0"}},
			map[string]string{"cpuset.cpus": "0,2-3", "cpuset.mems": "0"},
		},
		"pids":            {&specs.LinuxResources{Pids: &specs.LinuxPids{Limit: new(int64(64))}}, map[string]string{"pids.max": "64"}},
		"pids, unlimited": {&specs.LinuxResources{Pids: &specs.LinuxPids{Limit: new(int64(-1))}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			hierarchy := tree(t, fresh())
			if err := New(hierarchy, "mydocker/1", test.limits).Create(); err != nil {
				t.Fatal(err)
			}
			written := map[string]string{}
			for file := range fresh() {
				name, isLimit := strings.CutPrefix(file, "mydocker/1/")
				if text := content(t, hierarchy, file); isLimit && text != "" {
					written[name] = text
				}
			}
			if len(written) != len(test.want) || len(test.want) > 0 && !cmp.Equal(written, test.want) {
				t.Error(cmp.Diff(test.want, written))
			}
		})
	}
}

func TestCreateWithoutSwapAccounting(t *testing.T) {
	files := fresh()
	delete(files, "mydocker/1/memory.swap.max")
	hierarchy := tree(t, files)
	limits := &specs.LinuxResources{Memory: &specs.LinuxMemory{Limit: new(int64(64 << 20))}}
	if err := New(hierarchy, "mydocker/1", limits).Create(); err != nil {
		t.Fatal(err)
	}
	if got := content(t, hierarchy, "mydocker/1/memory.max"); got != "67108864" {
		t.Errorf("memory.max is %q", got)
	}
	limits.Memory.Swap = new(int64(128 << 20))
	if err := New(hierarchy, "mydocker/1", limits).Verify(); err == nil || !strings.Contains(err.Error(), "128MiB") {
		t.Errorf("a swap limit that is not counted: %v", err)
	}
}

func TestControllersArePassedOn(t *testing.T) {
	pinned := &specs.LinuxResources{CPU: &specs.LinuxCPU{Cpus: "0"}}
	for limits, want := range map[*specs.LinuxResources]string{nil: "+pids +memory +cpu", pinned: "+pids +memory +cpu +cpuset"} {
		hierarchy := tree(t, fresh())
		if err := New(hierarchy, "mydocker/1", limits).Create(); err != nil {
			t.Fatal(err)
		}
		if got := content(t, hierarchy, "mydocker/cgroup.subtree_control"); got != want {
			t.Errorf("the parent got %q, not %q", got, want)
		}
	}
}

// TestControllerIsRefused by the parent, which does not have it, and goes on
// being so: what a limit needs has to be there, the rest need not.
func TestControllerIsRefused(t *testing.T) {
	files := fresh()
	delete(files, "mydocker/cgroup.subtree_control")
	hierarchy := tree(t, files)
	if err := New(hierarchy, "mydocker/1", nil).Create(); err != nil {
		t.Errorf("without limits: %v", err)
	}
	if got := content(t, hierarchy, "cgroup.subtree_control"); got != "+pids +memory +cpu" {
		t.Errorf("the root got %q", got)
	}
	limits := &specs.LinuxResources{Pids: &specs.LinuxPids{Limit: new(int64(64))}}
	err := New(tree(t, files), "mydocker/1", limits).Create()
	if err == nil || !strings.Contains(err.Error(), "mydocker/cgroup.subtree_control") || strings.Contains(err.Error(), "+memory") {
		t.Errorf("with a limit on pids: %v", err)
	}
}

// TestNoInternalProcesses: mydocker and others live in the delegated cgroup
// itself.
func TestNoInternalProcesses(t *testing.T) {
	files := fresh()
	files["cgroup.type"] = "domain\n"
	files["cgroup.procs"] = "1\n17\n"
	hierarchy := tree(t, files)
	limits := &specs.LinuxResources{Memory: &specs.LinuxMemory{Limit: new(int64(64 << 20))}}
	err := New(hierarchy, "", limits).Verify()
	if err == nil {
		t.Fatal("nobody notices")
	}
	for _, word := range []string{"memory", hierarchy.Mount, "no internal processes", "mkdir -p " + hierarchy.Mount + "/init"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not say %q", err, word)
		}
	}
	if err := New(hierarchy, "", nil).Verify(); err != nil {
		t.Errorf("without limits: %v", err)
	}
	files["cgroup.subtree_control"] = "memory\n"
	if err := New(tree(t, files), "", limits).Verify(); err != nil {
		t.Errorf("with the controller passed on: %v", err)
	}
}

func TestVerifyCPUSet(t *testing.T) {
	hierarchy := tree(t, fresh())
	for cpus, good := range map[string]bool{"0-3": true, "3": true, "4": false, "2-5": false, "a": false} {
		limits := &specs.LinuxResources{CPU: &specs.LinuxCPU{Cpus: cpus}}
		if err := New(hierarchy, "", limits).Verify(); (err == nil) != good {
			t.Errorf("CPUs %q of 0-3: %v", cpus, err)
		}
	}
}

func TestCheck(t *testing.T) {
	limits := &specs.LinuxResources{Memory: &specs.LinuxMemory{Limit: new(int64(64<<20 + 1))}}
	files := fresh()
	files["mydocker/1/memory.max"] = "67108864\n"
	files["mydocker/1/memory.swap.max"] = "67108864\n"
	status, err := New(tree(t, files), "mydocker/1", limits).Check()
	if err != nil || status.State != resource.Present {
		t.Errorf("%+v, %v", status, err)
	}

	files["mydocker/1/memory.max"] = "max\n"
	delete(files, "mydocker/1/memory.swap.max")
	files["mydocker/1/memory.swap.high"] = "max\n"
	hierarchy := tree(t, files)
	status, err = New(hierarchy, "mydocker/1", limits).Check()
	want := `file "` + hierarchy.Mount + `/mydocker/1/memory.max" holds "max", recorded is "67108865"`
	if err != nil || status.State != resource.Altered || status.Detail != want {
		t.Errorf("%+v, %v", status, err)
	}

	status, err = New(hierarchy, "mydocker/2", limits).Check()
	if err != nil || status.State != resource.Absent {
		t.Errorf("%+v, %v", status, err)
	}
}

func TestStats(t *testing.T) {
	hierarchy := tree(t, map[string]string{
		"mydocker/1/memory.current": "1000\n",
		"mydocker/1/memory.max":     "max\n",
		"mydocker/1/memory.peak":    "3000\n",
		"mydocker/1/memory.events":  "low 0\nhigh 0\nmax 9\noom 2\noom_kill 3\noom_group_kill 0\n",
		"mydocker/1/cpu.stat":       "usage_usec 12\nuser_usec 7\nsystem_usec 5\n",
		"mydocker/1/pids.current":   "4\n",
		"mydocker/1/pids.max":       "64\n",
	})
	var stats cgroups.Stats
	if err := New(hierarchy, "mydocker/1", nil).AddStats(&stats); err != nil {
		t.Fatal(err)
	}
	want := cgroups.Stats{
		Memory: cgroups.MemoryStats{Usage: 1000, Peak: 3000, OOMKills: 3},
		CPU:    cgroups.CPUStats{UsageNanoseconds: 12_000},
		Pids:   cgroups.PidsStats{Current: 4, Limit: 64},
	}
	if diff := cmp.Diff(want, stats); diff != "" {
		t.Error(diff)
	}
}

// TestStatsOfOldKernel, which has no memory.peak, and of a cgroup that was not
// given the pids controller.
func TestStatsOfOldKernel(t *testing.T) {
	hierarchy := tree(t, map[string]string{
		"mydocker/1/memory.current": "1000\n",
		"mydocker/1/memory.max":     "2000\n",
		"mydocker/1/memory.events":  "oom_kill 0\n",
		"mydocker/1/cpu.stat":       "usage_usec 1\n",
	})
	var stats cgroups.Stats
	if err := New(hierarchy, "mydocker/1", nil).AddStats(&stats); err != nil {
		t.Fatal(err)
	}
	if stats.Memory.Limit != 2000 || stats.Memory.Peak != 0 {
		t.Errorf("%+v", stats)
	}
}

// TestWeight has the figures of the conversion's authors for the three points
// that it is made to go through, and keeps it in the kernel's range.
func TestWeight(t *testing.T) {
	for shares, want := range map[uint64]uint64{0: 1, 1: 1, 2: 1, 1024: 100, 262144: 10000, 1 << 40: 10000} {
		if got := weight(shares); got != want {
			t.Errorf("shares %d become weight %d, not %d", shares, got, want)
		}
	}
	for shares := uint64(2); shares < 262144; shares++ {
		if low, high := weight(shares), weight(shares+1); low > high || low < 1 || high > 10000 {
			t.Fatalf("shares %d become weight %d, and one more %d", shares, low, high)
		}
	}
}

func TestExplain(t *testing.T) {
	hierarchy := cgroups.Hierarchy{Version: 2, Mount: "/sys/fs/no cgroup", Root: "/", Controllers: []string{"memory", "pids", "cpu"}}
	limits := &specs.LinuxResources{
		CPU:  &specs.LinuxCPU{Quota: new(int64(5000))},
		Pids: &specs.LinuxPids{Limit: new(int64(64))},
	}
	m := New(hierarchy, "mydocker/1", limits)
	want := resource.Steps{
		Create: []string{
			`mkdir -p '/sys/fs/no cgroup/mydocker/1'`,
			`echo "+pids +memory +cpu" > '/sys/fs/no cgroup/cgroup.subtree_control'`,
			`echo "+pids +memory +cpu" > '/sys/fs/no cgroup/mydocker/cgroup.subtree_control'`,
			`echo "5000 100000" > '/sys/fs/no cgroup/mydocker/1/cpu.max'`,
			`echo 64 > '/sys/fs/no cgroup/mydocker/1/pids.max'`,
		},
		Remove: []string{
			`rmdir '/sys/fs/no cgroup/mydocker/1'`,
			`rmdir --ignore-fail-on-non-empty '/sys/fs/no cgroup/mydocker'`,
		},
	}
	if diff := cmp.Diff(want, m.Explain()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{`echo $PID > '/sys/fs/no cgroup/mydocker/1/cgroup.procs'`}, m.JoinSteps("$PID")); diff != "" {
		t.Error(diff)
	}
}
