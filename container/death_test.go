package container

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/internal/process"
)

func TestMonitorsDeathIsTheContainersDeath(t *testing.T) {
	for _, stage := range []string{"created", "started"} {
		for name, change := range map[string]func(testing.TB, *Config){
			"program":   func(testing.TB, *Config) {},
			"user":      func(t testing.TB, cfg *Config) { cfg.User = "web" },
			"init":      withInit,
			"user init": func(t testing.TB, cfg *Config) { withInit(t, cfg); cfg.User = "web" },
		} {
			t.Run(stage+" "+name, func(t *testing.T) {
				cfg := settings(t, "sleep", "1000")
				change(t, &cfg)
				monitor, pid := monitored(t, cfg, stage)
				born, err := process.Start(pid)
				if err != nil {
					t.Fatal(err)
				}
				monitor.Process.Kill()
				monitor.Wait()
				eventually(t, "the container's death", func() bool { return !process.Alive(pid, born) })
			})
		}
	}
}

// Whenever init is killed, Start gives an error and comes back, and so does
// Wait.
func TestInitKilledBeforeStart(t *testing.T) {
	for range 50 {
		p, err := Create(settings(t, "true"))
		if err != nil {
			t.Fatal(err)
		}
		p.Signal(unix.SIGKILL)
		within(t, "Start", func() {
			err = p.Start()
		})
		wantStartError(t, err, 125, "status 137 before the program began")
	}
}

func TestReady(t *testing.T) {
	p, err := Create(settings(t, "true"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := p.Ready(); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	wantStartError(t, p.Ready(), 125, "started already")
	p.Wait()
	cfg := settings(t, "true")
	cfg.User = "nosuch"
	if p, err = Create(cfg); err != nil {
		t.Fatal(err)
	}
	wantStartError(t, p.Ready(), 125, "no such user")
	if p, err = Create(settings(t, "true")); err != nil {
		t.Fatal(err)
	}
	p.Signal(unix.SIGKILL)
	within(t, "Ready", func() {
		if err = p.Ready(); err == nil { // it was ready before the signal came
			err = p.Start()
		}
		wantStartError(t, err, 125, "")
	})
}

// Killed at any instant of its start, a container either never ran its program
// or ended by the signal.
func TestInitKilledWhileStarting(t *testing.T) {
	rounds := 150
	if testing.Short() {
		rounds = 20
	}
	for i := range rounds {
		p, err := Create(settings(t, "sleep", "1000"))
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			time.Sleep(time.Duration(i) * 50 * time.Microsecond) // the instant, not a wait
			p.Signal(unix.SIGKILL)
		}()
		within(t, "the start", func() {
			if err := p.Start(); err != nil {
				wantStartError(t, err, 125, "")
				return
			}
			if status, err := p.Wait(); status != 137 || err != nil {
				t.Errorf("status %d, %v", status, err)
			}
		})
	}
}

func TestGivingUp(t *testing.T) {
	p, err := Create(settings(t, "true"))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Signal(unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	within(t, "Wait", func() {
		if status, err := p.Wait(); status != 137 || err != nil {
			t.Errorf("status %d, %v", status, err)
		}
	})
	if err := p.Signal(unix.SIGTERM); !errors.Is(err, process.ErrGone) {
		t.Errorf("signal after the end: %v", err)
	}
}

// So can a container that could not even be made.
func TestGivingUpWhatFailed(t *testing.T) {
	cfg := settings(t, "true")
	cfg.User = "nosuch"
	p, err := Create(cfg)
	if err != nil {
		t.Fatal(err)
	}
	within(t, "giving up", func() {
		p.Signal(unix.SIGKILL)
		p.Wait()
	})
}

func TestSecondStartIsRefused(t *testing.T) {
	p := start(t, settings(t, "sleep", "100"))
	wantStartError(t, p.Start(), 125, "started already")
}

func TestManyMayWait(t *testing.T) {
	p := start(t, shell(t, "exit 9"))
	results := make(chan ExitStatus)
	for range 10 {
		go func() {
			status, _ := p.Wait()
			results <- status
		}()
	}
	for range 10 {
		if status := <-results; status != 9 {
			t.Errorf("status %d", status)
		}
	}
}

// The kernel keeps signals without a handler from a PID 1; only SIGKILL is
// sure.
func TestSignals(t *testing.T) {
	p := start(t, settings(t, "sleep", "1000"))
	if err := p.Signal(unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.Signal(unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if status, _ := p.Wait(); status != 137 {
		t.Errorf("status %d", status)
	}
	cfg := shell(t, "trap 'exit 5' TERM; echo ready; while :; do sleep 0.01; done")
	p, output := created(t, cfg)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	awaitTrap(t, p)
	if err := p.Signal(unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status, _ := p.Wait(); status != 5 {
		t.Errorf("status %d; %s", status, output())
	}
}

// awaitTrap waits until a process catches SIGTERM.
func awaitTrap(t *testing.T, p *Process) {
	t.Helper()
	eventually(t, "catching SIGTERM", func() bool { return catches(p.Pid(), unix.SIGTERM) })
}

func catches(pid int, signal unix.Signal) bool {
	status, err := os.ReadFile(descriptor(pid, "status"))
	if err != nil {
		return false
	}
	_, caught, found := strings.Cut(string(status), "SigCgt:\t")
	if !found {
		return false
	}
	mask := uint64(0)
	for _, digit := range caught[:16] {
		mask = mask<<4 | uint64(strings.IndexRune("0123456789abcdef", digit))
	}
	return mask&(1<<(signal-1)) != 0
}
