package test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"mydocker/internal/snapshot"
	"mydocker/test/host"
	"mydocker/test/patience"
)

// An arena is a story's host and state for tests that are written in Go, where
// many commands run at the same time. It belongs to the goroutine that made it.
type arena struct {
	*story
	t           *testing.T
	environment []string
}

// newArena makes an arena with the image busybox, and has it examined at the
// end of the test.
func newArena(t *testing.T) *arena {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	if err := prepare(); err != nil {
		t.Fatal(err)
	}
	made, err := host.New(imagePath())
	if err != nil {
		t.Fatal(err)
	}
	s := &story{Host: made, snapshots: map[string]snapshot.Snapshot{}}
	t.Cleanup(func() { s.end(t) })
	a := &arena{story: s, t: t, environment: append(os.Environ(), s.Environment()...)}
	a.remember(start)
	return a
}

func (a *arena) remember(name string) {
	a.t.Helper()
	taken, err := snapshot.Take(a.Scope)
	if err != nil {
		a.t.Fatal(err)
	}
	a.snapshots[name] = taken
}

// changed gives what differs from a snapshot that was remembered, once the
// host has had time to settle.
func (a *arena) changed(name string) string {
	a.t.Helper()
	d, err := a.Settle(a.snapshots[name], patience.Usual())
	if err != nil {
		a.t.Fatal(err)
	}
	return d.String()
}

// An attempt is one command that runs beside others.
type attempt struct {
	words          string
	command        *exec.Cmd
	stdout, stderr bytes.Buffer
	ended          chan struct{}
	err            error
}

// hangLimit is how long one command may take; one that takes longer hangs.
func hangLimit() time.Duration { return patience.For(50 * time.Second) }

// begin starts mydocker in the arena.
func (a *arena) begin(words ...string) *attempt {
	return a.beginCommand("mydocker", words...)
}

func (a *arena) beginCommand(program string, words ...string) *attempt {
	a.t.Helper()
	p := &attempt{words: strings.Join(words, " "), ended: make(chan struct{})}
	p.command = exec.Command(program, words...)
	p.command.Env = a.environment
	p.command.Stdout, p.command.Stderr = &p.stdout, &p.stderr
	// A process that stays and keeps the output open would be a leak.
	p.command.WaitDelay = 5 * time.Second
	if err := p.command.Start(); err != nil {
		a.t.Fatal(err)
	}
	go func() {
		p.err = p.command.Wait()
		close(p.ended)
	}()
	return p
}

// await gives the command's exit status. A command that hangs is killed, and
// says so.
func (p *attempt) await() int {
	select {
	case <-p.ended:
	case <-time.After(hangLimit()):
		p.command.Process.Kill()
		<-p.ended
		p.err = fmt.Errorf("it hung: it has not ended after %v", hangLimit())
		return -1
	}
	if errors.Is(p.err, exec.ErrWaitDelay) {
		return -1
	}
	return exitStatus(p.err)
}

func (p *attempt) output() string { return strings.TrimSpace(p.stdout.String()) }

func (p *attempt) String() string {
	return fmt.Sprintf("mydocker %s: %v\n%s%s", p.words, p.err, p.stdout.String(), p.stderr.String())
}

// do runs mydocker and wants it to succeed.
func (a *arena) do(words ...string) string {
	a.t.Helper()
	p := a.begin(words...)
	if p.await() != 0 {
		a.t.Fatal(p)
	}
	return p.output()
}
