package manager

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mydocker/cgroups"

	"github.com/opencontainers/runtime-spec/specs-go"
)

func TestVerifyValues(t *testing.T) {
	for name, test := range map[string]struct {
		limits specs.LinuxResources
		words  []string // of the error; none is none
	}{
		"nothing": {},
		"unlimited, in the runtime-spec's words": {limits: specs.LinuxResources{
			Memory: &specs.LinuxMemory{Limit: new(int64(-1)), Swap: new(int64(-1))},
			CPU:    &specs.LinuxCPU{Quota: new(int64(-1))},
			Pids:   &specs.LinuxPids{Limit: new(int64(-1))},
		}},
		"the least":              {memory(6<<20, 6<<20, 1), nil},
		"memory below 6 MiB":     {memory(6<<20-1, 0, 0), []string{"memory limit", "6MiB"}},
		"negative memory":        {memory(-2, 0, 0), []string{"memory limit -2", "negative"}},
		"negative swap":          {memory(64<<20, -2, 0), []string{"memory+swap limit -2", "negative"}},
		"negative reservation":   {memory(64<<20, 0, -7), []string{"memory reservation -7", "negative"}},
		"swap below memory":      {memory(64<<20, 32<<20, 0), []string{"memory+swap limit 32MiB", "memory limit 64MiB"}},
		"swap without memory":    {memory(0, 32<<20, 0), []string{"memory+swap limit 32MiB", "no memory limit"}},
		"reservation above":      {memory(64<<20, 0, 65<<20), []string{"memory reservation 65MiB", "memory limit 64MiB"}},
		"negative quota":         {cpu(-2, 0, 0), []string{"CPU quota -2", "negative"}},
		"quota below 1 ms":       {cpu(999, 0, 0), []string{"CPU quota 999µs", "1ms"}},
		"period below 1 ms":      {cpu(5000, 999, 0), []string{"CPU period 999µs", "1000 to 1000000"}},
		"period above 1 s":       {cpu(5000, 1_000_001, 0), []string{"CPU period 1000001µs", "1000 to 1000000"}},
		"shares of 1":            {cpu(0, 0, 1), []string{"CPU shares 1", "2 to 262144"}},
		"shares beyond":          {cpu(0, 0, 262145), []string{"CPU shares 262145", "2 to 262144"}},
		"negative pids":          {specs.LinuxResources{Pids: &specs.LinuxPids{Limit: new(int64(-2))}}, []string{"pids limit -2", "negative"}},
		"pids beyond":            {specs.LinuxResources{Pids: &specs.LinuxPids{Limit: new(int64(4194305))}}, []string{"pids limit 4194305", "4194304"}},
		"several at once":        {memory(1, 0, -7), []string{"memory limit 1B", "memory reservation -7"}},
		"unknown kind of limit":  {specs.LinuxResources{BlockIO: &specs.LinuxBlockIO{}}, []string{`"blockIO"`, "does not support"}},
		"unknown kind of memory": {specs.LinuxResources{Memory: &specs.LinuxMemory{Swappiness: new(uint64(0))}}, []string{`"memory.swappiness"`}},
	} {
		expectError(t, name, verifyValues(&test.limits), test.words)
	}
	if err := verifyValues(nil); err != nil {
		t.Errorf("without limits: %v", err)
	}
}

func memory(limit, swap, reservation int64) specs.LinuxResources {
	return specs.LinuxResources{Memory: &specs.LinuxMemory{Limit: &limit, Swap: &swap, Reservation: &reservation}}
}

func cpu(quota int64, period, shares uint64) specs.LinuxResources {
	return specs.LinuxResources{CPU: &specs.LinuxCPU{Quota: &quota, Period: &period, Shares: &shares}}
}

func expectError(t *testing.T, name string, err error, words []string) {
	t.Helper()
	if (err != nil) != (len(words) > 0) {
		t.Errorf("%s: error %v", name, err)
		return
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%s: %q does not say %q", name, err, word)
		}
	}
}

func TestVerifyHost(t *testing.T) {
	mount := t.TempDir()
	for name, content := range map[string]string{"cpuset.cpus": "0-1\n", "cpuset.mems": "0\n", "cgroup.subtree_control": ""} {
		if err := os.WriteFile(filepath.Join(mount, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cpuset := cgroups.Hierarchy{Version: 1, Mount: mount, Controllers: []string{"cpuset"}}
	pids := cgroups.Hierarchy{Version: 1, Mount: mount, Controllers: []string{"pids"}}
	readOnly := cgroups.Hierarchy{Version: 1, Mount: mount, Controllers: []string{"pids"}, ReadOnly: true}
	unified := cgroups.Hierarchy{Version: 2, Mount: mount, Controllers: []string{"cpu"}}
	limited := memory(64<<20, 0, 0)

	for name, test := range map[string]struct {
		hierarchies []cgroups.Hierarchy
		limits      specs.LinuxResources
		words       []string
	}{
		"no hierarchy":               {nil, specs.LinuxResources{}, []string{"none is mounted", "mount -t cgroup2"}},
		"no hierarchy that is used":  {[]cgroups.Hierarchy{cpuset}, specs.LinuxResources{}, []string{"none is mounted"}},
		"no limits":                  {[]cgroups.Hierarchy{pids}, specs.LinuxResources{}, nil},
		"controller missing in 1":    {[]cgroups.Hierarchy{pids}, limited, []string{"memory limit", "cgroup_enable=memory", "mount -t cgroup"}},
		"controller missing in 2":    {[]cgroups.Hierarchy{unified}, limited, []string{"memory limit", mount + "/cgroup.controllers", "delegated"}},
		"mounted read-only":          {[]cgroups.Hierarchy{readOnly}, specs.LinuxResources{}, []string{mount, "read-only", "remount"}},
		"more CPUs than there are":   {[]cgroups.Hierarchy{unified}, cpu(1<<40, 100_000, 0), []string{"CPU limit", "this host has"}},
		"CPU that is not online":     {[]cgroups.Hierarchy{cpuset}, pinned("1-2", ""), []string{`"1-2"`, "2 is not online", "choose from 0-1"}},
		"memory node that is absent": {[]cgroups.Hierarchy{cpuset}, pinned("", "1"), []string{"memory nodes", `"1"`, "choose from 0"}},
		"malformed list":             {[]cgroups.Hierarchy{cpuset}, pinned("1-", ""), []string{`"1-"`, "not a number"}},
		"good list":                  {[]cgroups.Hierarchy{cpuset}, pinned("0,1", "0"), nil},
	} {
		expectError(t, name, verifyHost(test.hierarchies, &test.limits), test.words)
	}
}

func pinned(cpus, mems string) specs.LinuxResources {
	return specs.LinuxResources{CPU: &specs.LinuxCPU{Cpus: cpus, Mems: mems}}
}

// TestManagersOfHybridHost: each controller is driven where it is, the one that
// counts tasks first, and what no limit needs is left alone.
func TestManagersOfHybridHost(t *testing.T) {
	hierarchies := []cgroups.Hierarchy{
		{Version: 1, Mount: "/memory", Controllers: []string{"memory"}},
		{Version: 1, Mount: "/cpuset", Controllers: []string{"cpuset"}},
		{Version: 2, Mount: "/unified", Controllers: []string{"cpu", "pids"}},
	}
	for cpus, want := range map[string]string{
		"":  "/unified/a/cgroup.procs /memory/a/cgroup.procs",
		"0": "/unified/a/cgroup.procs /memory/a/cgroup.procs /cpuset/a/cgroup.procs",
	} {
		limits := pinned(cpus, "")
		var got []string
		for _, m := range managers(hierarchies, "a", &limits, "") {
			got = append(got, strings.TrimPrefix(m.JoinSteps("1")[0], "echo 1 > "))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("cpuset %q: %v, not %s", cpus, got, want)
		}
	}
}
