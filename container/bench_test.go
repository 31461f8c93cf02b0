package container

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// idle is the pause before each round: a new network namespace waits for the
// kernel's cleanup of the one before.
const idle = 150 * time.Millisecond

// BenchmarkTrue is a whole life: Create, Start and Wait of true.
func BenchmarkTrue(b *testing.B) {
	for name, change := range map[string]func(*Config){
		"all namespaces": func(*Config) {},
		"host network": func(cfg *Config) {
			cfg.Spec.Linux.Namespaces = slices.DeleteFunc(cfg.Spec.Linux.Namespaces, func(n specs.LinuxNamespace) bool {
				return n.Type == specs.NetworkNamespace
			})
		},
		"init": func(cfg *Config) { cfg.Init = true },
	} {
		b.Run(name, func(b *testing.B) {
			cfg := settings(b, "true")
			change(&cfg)
			measure(b, func() {
				p, err := Create(cfg)
				if err != nil {
					b.Fatal(err)
				}
				if err := p.Start(); err != nil {
					b.Fatal(err)
				}
				p.Wait()
			})
		})
	}
}

// BenchmarkUnshare is what the same takes with util-linux, without any mounts.
func BenchmarkUnshare(b *testing.B) {
	needRoot(b)
	chroot, err := exec.LookPath("chroot")
	if err != nil {
		b.Skip("needs chroot")
	}
	for name, flags := range map[string]string{"all namespaces": "-mpfiun", "host network": "-mpfiu"} {
		b.Run(name, func(b *testing.B) {
			measure(b, func() {
				if err := exec.Command("unshare", flags, chroot, image, "/bin/true").Run(); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
}

func BenchmarkExec(b *testing.B) {
	p := start(b, settings(b, "sleep", "1000"))
	process := &specs.Process{Args: []string{"true"}, Env: []string{"PATH=/bin"}, Cwd: "/"}
	measure(b, func() {
		added, err := Exec(target(p), ExecConfig{Process: process})
		if err != nil {
			b.Fatal(err)
		}
		added.Wait()
	})
}

// measure reports the median of the rounds, each after a pause.
func measure(b *testing.B, round func()) {
	os.Chdir(filepath.Dir(image))
	var took []time.Duration
	for b.Loop() {
		time.Sleep(idle)
		began := time.Now()
		round()
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms/median")
	b.ReportMetric(0, "ns/op")
}
