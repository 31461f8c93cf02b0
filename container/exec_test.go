package container

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/internal/process"
)

func itoa(n int) string { return fmt.Sprint(n) }

func target(p *Process) Target { return Target{Pid: p.Pid(), Start: p.StartTime()} }

func script(lines ...string) *specs.Process {
	return &specs.Process{
		Args: []string{"sh", "-c", strings.Join(lines, "\n")},
		Env:  []string{"PATH=/bin"},
		Cwd:  "/",
	}
}

// execOutput runs a further process to its end.
func execOutput(t *testing.T, p *Process, cfg ExecConfig) (string, error) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	cfg.Stdout, cfg.Stderr = write, write
	added, err := Exec(target(p), cfg)
	write.Close()
	output := drain(t, read)
	if err == nil {
		added.Wait()
	}
	return output, err
}

func wantStartErrorOneOf(t *testing.T, err error, words string) {
	t.Helper()
	var start *StartError
	if !errors.As(err, &start) || start.ExitCode() < 125 || start.ExitCode() > 127 || !strings.Contains(err.Error(), words) {
		t.Errorf("got error %v, want one with %q", err, words)
	}
}

func TestExecIsInTheContainer(t *testing.T) {
	p := start(t, settings(t, "sleep", "1000"))
	process := script("for n in pid mnt uts ipc net cgroup; do readlink /proc/$$/ns/$n; readlink /proc/1/ns/$n; done | sort | uniq -c | awk '{print $1}' | sort -u",
		"readlink /proc/1/root; readlink /proc/$$/root", "pwd", "cat /proc/$$/environ | tr '\\0' ' '", "umask", "grep -E 'Sig(Blk|Ign)' /proc/self/status | cut -f2")
	process.Cwd = "/etc"
	output, err := execOutput(t, p, ExecConfig{Process: process})
	want := "2\n/\n/\n/etc\nPATH=/bin HOME=/root 0022\n0000000000000000\n0000000000000000\n"
	if err != nil || output != want {
		t.Errorf("got %q, %v; want %q", output, err, want)
	}
}

func TestExecHasTheSameSemantics(t *testing.T) {
	p := start(t, settings(t, "sleep", "1000"))
	process := script("id -u; id -G; ulimit -n; grep -E 'CapEff|CapBnd|NoNewPrivs' /proc/self/status | cut -f2; echo ok > /dev/stdout; cat /proc/self/oom_score_adj")
	score := 300
	process.OOMScoreAdj = &score
	process.NoNewPrivileges = true
	process.Rlimits = []specs.POSIXRlimit{{Type: "RLIMIT_NOFILE", Soft: 99, Hard: 99}}
	process.Capabilities = &specs.LinuxCapabilities{Bounding: []string{"CAP_CHOWN"}}
	output, err := execOutput(t, p, ExecConfig{Process: process, User: "web"})
	want := "100\n101 10\n99\n0000000000000000\n0000000000000001\n1\nok\n300\n"
	if err != nil || output != want {
		t.Errorf("got %q, %v; want %q", output, err, want)
	}
}

func TestExecExitStatuses(t *testing.T) {
	p := start(t, settings(t, "sleep", "1000"))
	for line, want := range map[string]ExitStatus{"exit 0": 0, "exit 77": 77, "kill -TERM $$": 143, "kill -KILL $$": 137} {
		added, err := Exec(target(p), ExecConfig{Process: script(line)})
		if err != nil {
			t.Fatal(err)
		}
		if status, err := added.Wait(); status != want || err != nil {
			t.Errorf("%q: status %d, %v", line, status, err)
		}
	}
	process := script("true")
	process.Cwd = "/no/such"
	_, err := Exec(target(p), ExecConfig{Process: process})
	wantStartError(t, err, 127, `entering the working directory "/no/such"`)
	_, err = Exec(target(p), ExecConfig{Process: script("true"), User: "nosuch"})
	wantStartError(t, err, 125, "no such user")
}

func TestExecTellsWhetherItEndsWithinAMoment(t *testing.T) {
	p := start(t, settings(t, "sleep", "1000"))
	short, err := Exec(target(p), ExecConfig{Process: script("exit 3")})
	if err != nil {
		t.Fatal(err)
	}
	if !short.EndsWithin(time.Minute) {
		t.Error("a program that ends does not end within a minute")
	}
	if status, err := short.Wait(); status != 3 || err != nil {
		t.Errorf("got %d, %v", status, err)
	}
	long, err := Exec(target(p), ExecConfig{Process: script("sleep 1000")})
	if err != nil {
		t.Fatal(err)
	}
	if long.EndsWithin(time.Millisecond) {
		t.Error("a program that goes on has ended")
	}
	long.Signal(unix.SIGKILL)
	if status, err := long.Wait(); status != 137 || err != nil {
		t.Errorf("got %d, %v", status, err)
	}
}

func TestExecTerminal(t *testing.T) {
	p := start(t, settings(t, "sleep", "1000"))
	process := script("tty; stty size; : < /dev/tty && echo controlling; stat -c %u $(tty)")
	process.Terminal = true
	process.ConsoleSize = &specs.Box{Width: 90, Height: 30}
	added, err := Exec(target(p), ExecConfig{Process: process, User: "web"})
	if err != nil {
		t.Fatal(err)
	}
	defer added.Console().Close()
	if output := readTerminal(t, added.Console()); output != "/dev/pts/0\n30 90\ncontrolling\n100\n" {
		t.Errorf("got %q", output)
	}
}

func TestExecStdin(t *testing.T) {
	p := start(t, settings(t, "sleep", "1000"))
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		write.Write([]byte("\x00binary\xff"))
		write.Close()
	}()
	output, err := execOutput(t, p, ExecConfig{Process: script("cat"), Stdin: read})
	if err != nil || output != "\x00binary\xff" {
		t.Errorf("got %q, %v", output, err)
	}
}

// No code of the user's runs outside the cgroup.
func TestExecJoinsBeforeItRuns(t *testing.T) {
	group := newCgroup(t)
	p := start(t, settings(t, "sleep", "1000"))
	output, err := execOutput(t, p, ExecConfig{Process: script("cat /proc/self/cgroup"), Cgroup: group})
	if err != nil || !strings.Contains(output, filepath.Base(group.directory)) {
		t.Errorf("got %q, %v", output, err)
	}
	marker := "/ran"
	_, err = Exec(target(p), ExecConfig{Process: script("touch " + marker), Cgroup: vanishing{group}})
	wantStartError(t, err, 125, "")
	if _, err := os.Stat(descriptor(p.Pid(), "root"+marker)); err == nil {
		t.Error("the program ran")
	}
}

// On a host that uses both versions of cgroups, a process has a cgroup in each.
func TestExecJoinsBothVersions(t *testing.T) {
	group := newHybridCgroup(t)
	p := start(t, settings(t, "sleep", "1000"))
	output, err := execOutput(t, p, ExecConfig{Process: script("cat /proc/self/cgroup"), Cgroup: group})
	for _, one := range []cgroup{group.cgroup, group.unified} {
		if err != nil || !strings.Contains(output, filepath.Base(one.directory)) {
			t.Errorf("got %q, %v; want it in %q", output, err, one.directory)
		}
	}
}

// vanishing is a cgroup that is removed while a process is on its way into it.
type vanishing struct{ cgroup }

// OpenDirectory is asked for last.
func (v vanishing) OpenDirectory() (*os.File, error) {
	directory, err := v.cgroup.OpenDirectory()
	return directory, errors.Join(err, unix.Rmdir(v.directory))
}

// A container that has as many processes as it may can still be looked into.
func TestExecInAFullContainer(t *testing.T) {
	group := newCgroup(t)
	p := start(t, settings(t, "sleep", "1000"))
	group.add(t, p.Pid())
	if err := os.WriteFile(filepath.Join(group.directory, "pids.max"), []byte("1"), 0); err != nil {
		t.Skipf("needs the pids controller: %v", err)
	}
	look := script()
	look.Args = []string{"cat", "/proc/self/cgroup"}
	output, err := execOutput(t, p, ExecConfig{Process: look, Cgroup: group})
	if err != nil || !strings.Contains(output, filepath.Base(group.directory)) {
		t.Errorf("got %q, %v", output, err)
	}
}

func TestExecTargetIsVerified(t *testing.T) {
	p := start(t, settings(t, "sleep", "1000"))
	_, err := Exec(Target{Pid: p.Pid(), Start: p.StartTime() + 1}, ExecConfig{Process: script("true")})
	wantStartError(t, err, 125, "the process has ended")
	p.kill()
	_, err = Exec(target(p), ExecConfig{Process: script("true")})
	wantStartError(t, err, 125, "the process has ended")
	if !errors.Is(err, process.ErrGone) {
		t.Error("not ErrGone")
	}
}

// A container that dies while processes are added to it: each gets in and dies
// with it, or gets an error. Nothing hangs and nothing is left.
func TestExecInADyingContainer(t *testing.T) {
	rounds := 100
	if testing.Short() {
		rounds = 10
	}
	before := children(t)
	for i := range rounds {
		p := start(t, settings(t, "sleep", "1000"))
		var adding sync.WaitGroup
		for range 3 {
			adding.Go(func() {
				added, err := Exec(target(p), ExecConfig{Process: script("sleep 1000")})
				if err != nil {
					wantStartError(t, err, 125, "")
					return
				}
				if status, err := added.Wait(); status != 137 || err != nil {
					t.Errorf("status %d, %v", status, err)
				}
			})
		}
		time.Sleep(time.Duration(i) * 30 * time.Microsecond) // the instant, not a wait
		p.Signal(unix.SIGKILL)
		within(t, "the end", func() {
			adding.Wait()
			p.Wait()
		})
	}
	if after := children(t); after != before {
		t.Errorf("children before: %q, after: %q", before, after)
	}
}

// A killed caller takes its process along, a detached one stays.
func TestExecDiesWithItsCaller(t *testing.T) {
	for name, detached := range map[string]bool{"attached": false, "detached": true} {
		for _, user := range []string{"", "web"} {
			t.Run(name+" "+user, func(t *testing.T) {
				p := start(t, settings(t, "sleep", "1000"))
				caller, pid := executed(t, p, detached, user)
				born, err := process.Start(pid)
				if err != nil {
					t.Fatal(err)
				}
				caller.Process.Kill()
				caller.Wait()
				if detached {
					if !process.Alive(pid, born) {
						t.Error("dead")
					}
					return
				}
				eventually(t, "the death", func() bool { return !process.Alive(pid, born) })
			})
		}
	}
}

// children lists this process' children, dead ones too.
func children(t *testing.T) string {
	t.Helper()
	tasks, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, task := range tasks {
		text, _ := os.ReadFile(task)
		all.Write(text)
	}
	return all.String()
}
