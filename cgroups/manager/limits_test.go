package manager_test

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"mydocker/cgroups"
	"mydocker/cgroups/cgroupfs"

	"github.com/opencontainers/runtime-spec/specs-go"
)

func TestMemoryLimitKills(t *testing.T) {
	cgroup := newCgroup(t, &specs.LinuxResources{Memory: &specs.LinuxMemory{Limit: pointer(int64(32 << 20)), Swap: pointer(int64(32 << 20))}})
	create(t, cgroup)
	if kills, err := cgroup.OOMKills(); err != nil || kills != 0 {
		t.Fatalf("a new cgroup counts %d OOM kills, error %v", kills, err)
	}
	command := exec.Command("/proc/self/exe")
	command.Env = append(os.Environ(), eatMemory+"=1")
	child := start(t, command)
	child.Go(t, cgroup)
	if signal, output := child.Result(); signal != syscall.SIGKILL {
		t.Errorf("ended with %v and %q, not by the OOM killer", signal, output)
	}
	stats, err := cgroup.Stats()
	if err != nil {
		t.Fatal(err)
	}
	if stats.Memory.OOMKills != 1 {
		t.Errorf("%d OOM kills are counted", stats.Memory.OOMKills)
	}
	if peak := stats.Memory.Peak; peak < 24<<20 || peak > 33<<20 { // the kernel lets it pass by a page
		t.Errorf("the peak was %d bytes under a limit of 32 MiB", peak)
	}
}

func TestPidsLimitStopsForks(t *testing.T) {
	cgroup := newCgroup(t, &specs.LinuxResources{Pids: &specs.LinuxPids{Limit: pointer(int64(4))}})
	create(t, cgroup)
	child := shell(t, "for i in 1 2 3 4 5 6; do sleep 600 & done; echo survived")
	child.Go(t, cgroup)
	child.Process.Wait()
	stats, err := cgroup.Stats()
	if err != nil {
		t.Fatal(err)
	}
	if stats.Pids.Current != 3 { // the shell died of the fourth fork
		t.Errorf("%d processes are left, not 3", stats.Pids.Current)
	}
	if err := cgroup.Kill(); err != nil {
		t.Fatal(err)
	}
	child.Wait()
	if output := child.output.String(); !strings.Contains(output, "fork") || strings.Contains(output, "survived") {
		t.Errorf("the shell says %q", output)
	}
}

func TestCPUSetPins(t *testing.T) {
	needControllers(t, cgroups.CPUSet)
	online, err := os.ReadFile("/sys/devices/system/cpu/online")
	if err != nil {
		t.Fatal(err)
	}
	list, err := cgroups.ParseIDList(string(online))
	if err != nil {
		t.Fatal(err)
	}
	last := strconv.Itoa(list[len(list)-1].Last)
	cgroup := newCgroup(t, &specs.LinuxResources{CPU: &specs.LinuxCPU{Cpus: last}})
	create(t, cgroup)
	child := shell(t, "exec grep Cpus_allowed_list /proc/self/status")
	child.Go(t, cgroup)
	if _, output := child.Result(); strings.TrimSpace(strings.TrimPrefix(output, "Cpus_allowed_list:")) != last {
		t.Errorf("bound to CPU %s, the process says %q", last, output)
	}
}

func TestCPUQuotaThrottles(t *testing.T) {
	cgroup := newCgroup(t, &specs.LinuxResources{CPU: &specs.LinuxCPU{Quota: pointer(int64(1000)), Period: pointer(uint64(10_000))}})
	create(t, cgroup)
	child := shell(t, "while :; do :; done")
	child.Go(t, cgroup)
	directory := file(t, cgroup, cgroups.CPU, "", "")
	eventually(t, "the kernel throttles a busy loop", func() bool {
		throttled, err := cgroupfs.ReadField(directory, "cpu.stat", "nr_throttled")
		if err != nil {
			t.Fatal(err)
		}
		return throttled > 0
	})
	stats, err := cgroup.Stats()
	if err != nil {
		t.Fatal(err)
	}
	if stats.CPU.UsageNanoseconds < 500_000 {
		t.Errorf("a busy loop has used %d ns", stats.CPU.UsageNanoseconds)
	}
}
