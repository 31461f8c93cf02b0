package manager_test

import (
	"crypto/rand"
	"os"
	"os/exec"
	"testing"
	"time"

	"mydocker/cgroups/manager"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// BenchmarkContainer measures what one container costs, step by step and in
// microseconds, with an idle gap before each: the kernel moves a process faster
// when it moved another one just before.
func BenchmarkContainer(b *testing.B) {
	if os.Getuid() != 0 {
		b.Skip("needs root")
	}
	limits := &specs.LinuxResources{
		Memory: &specs.LinuxMemory{Limit: pointer(int64(128 << 20))},
		CPU:    &specs.LinuxCPU{Quota: pointer(int64(50_000))},
		Pids:   &specs.LinuxPids{Limit: pointer(int64(64))},
	}
	parent := "mydocker-test-" + rand.Text()[:10]
	var steps stopwatch
	for b.Loop() {
		b.StopTimer()
		time.Sleep(50 * time.Millisecond)
		b.StartTimer()
		oneContainer(b, &manager.Cgroup{Path: parent + "/1", Limits: limits}, &steps)
	}
	steps.report(b)
}

func oneContainer(b *testing.B, cgroup *manager.Cgroup, steps *stopwatch) {
	defer cgroup.Remove()
	steps.time(b, "verify", func() error { return manager.Verify(cgroup.Limits) })
	steps.time(b, "create", cgroup.Create)
	child := exec.Command("/bin/sleep", "600")
	b.StopTimer()
	if err := child.Start(); err != nil {
		b.Fatal(err)
	}
	b.StartTimer()
	steps.time(b, "join", func() error { return cgroup.Join(child.Process.Pid) })
	steps.time(b, "oomkills", func() error {
		_, err := cgroup.OOMKills()
		return err
	})
	b.StopTimer()
	child.Process.Kill()
	child.Wait()
	b.StartTimer()
	steps.time(b, "remove", cgroup.Remove)
}

// stopwatch adds up the time of each step.
type stopwatch struct {
	spent map[string]time.Duration
	runs  int
}

func (s *stopwatch) time(b *testing.B, step string, do func() error) {
	began := time.Now()
	if err := do(); err != nil {
		b.Fatal(err)
	}
	if s.spent == nil {
		s.spent = map[string]time.Duration{}
	}
	s.spent[step] += time.Since(began)
	if step == "remove" {
		s.runs++
	}
}

func (s *stopwatch) report(b *testing.B) {
	for step, spent := range s.spent {
		b.ReportMetric(float64(spent.Microseconds())/float64(s.runs), step+"-µs")
	}
}
