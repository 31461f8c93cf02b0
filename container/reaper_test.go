package container

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestInitReapsAndPassesTheStatusOn(t *testing.T) {
	cfg := shell(t, "echo $$ $PPID",
		"sh -c 'sleep 0.05 & sleep 0.05 & sleep 0.05 &'",                // orphans
		"while grep -q sleep /proc/[0-9]*/comm 2>/dev/null; do :; done", // dead ones count until they are reaped
		"echo reaped; exit 42")
	withInit(t, &cfg)
	output, status := run(t, cfg)
	if pids, rest, _ := strings.Cut(output, "\n"); !strings.HasSuffix(pids, " 1") || rest != "reaped\n" || status != 42 {
		t.Errorf("got %q, status %d", output, status)
	}
}

func TestInitPassesTheDeathOn(t *testing.T) {
	cfg := shell(t, "kill -KILL $$; sleep 10")
	withInit(t, &cfg)
	if _, status := run(t, cfg); status != 137 {
		t.Errorf("status %d", status)
	}
}

func TestInitForwardsSignals(t *testing.T) {
	for _, signal := range []unix.Signal{unix.SIGTERM, unix.SIGHUP, unix.SIGUSR1, unix.SIGWINCH, unix.SIGCONT, 35} {
		t.Run(signal.String(), func(t *testing.T) {
			cfg := shell(t, "trap 'exit 6' "+strings.TrimSpace(strings.Join([]string{itoa(int(signal))}, "")), "echo ready", "while :; do sleep 0.01; done")
			withInit(t, &cfg)
			read, write, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer read.Close()
			cfg.Stdout = write
			p := start(t, cfg)
			write.Close()
			if _, err := read.Read(make([]byte, 16)); err != nil {
				t.Fatal(err)
			}
			if err := p.Signal(signal); err != nil {
				t.Fatal(err)
			}
			if status, _ := p.Wait(); status != 6 {
				t.Errorf("status %d", status)
			}
		})
	}
}

// SIGTERM without a handler ends a program that is not PID 1.
func TestInitMakesDefaultSignalsWork(t *testing.T) {
	cfg := settings(t, "sleep", "1000")
	withInit(t, &cfg)
	p := start(t, cfg)
	if err := p.Signal(unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status, _ := p.Wait(); status != 143 {
		t.Errorf("status %d", status)
	}
}

// PID 1 has no more rights than the program.
func TestInitHasTheProgramsCredentials(t *testing.T) {
	cfg := shell(t, "for p in 1 $$; do grep -E '^(Uid|Gid|Groups|Cap|NoNew|Seccomp)' /proc/$p/status; for t in /proc/$p/task/*; do grep -E '^(Uid|CapPrm)' $t/status; done | sort -u; readlink /proc/$p/ns/cgroup 2>/dev/null; echo; done")
	withInit(t, &cfg)
	cfg.User = "web"
	output, _ := run(t, cfg)
	halves := strings.SplitN(output, "\n\n", 2)
	if len(halves) != 2 || strings.TrimSpace(halves[0]) != strings.TrimSpace(halves[1]) {
		t.Errorf("PID 1 and the program differ:\n%s", output)
	}
	cfg = settings(t, "cat", "/proc/1/environ")
	withInit(t, &cfg)
	cfg.Spec.Process.Env = []string{"PATH=/bin", "HOME=/h"}
	if output, _ := run(t, cfg); output != "PATH=/bin\x00HOME=/h\x00" {
		t.Errorf("PID 1's environment %q", output)
	}
}
