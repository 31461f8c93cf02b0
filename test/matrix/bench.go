package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"mydocker/internal/snapshot"
	"mydocker/test/host"
	"mydocker/test/patience"
)

// longest is how long a command may take before it hangs.
func longest() time.Duration { return patience.For(60 * time.Second) }

// bench is a host on which commands die. It belongs to the goroutine that made
// it.
type bench struct {
	*host.Host
	*board
	tools tools

	mounts []string          // that the host came with
	blank  snapshot.Snapshot // as it is while nothing is there
	stage  *play             // what it is furnished for
}

func newBench(tools tools) (*bench, error) {
	made, err := host.NewInMemory(tools.image)
	if err != nil {
		return nil, err
	}
	b := &bench{Host: made, tools: tools}
	if b.board, err = newBoard(filepath.Join(made.Directory, "failpoints")); err != nil {
		return nil, errors.Join(err, made.Close())
	}
	// The first run unpacks the image.
	if err := errors.Join(b.do(further), b.rest(), b.lookAround()); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

// lookAround takes the blank snapshot. All but the image that is there is
// looked at from now on.
func (b *bench) lookAround() error {
	layers, err := filepath.Glob(filepath.Join(b.Store(), "layers", "*"))
	if err != nil {
		return err
	}
	b.Scope.Except = append(append(layers, filepath.Join(b.Store(), "busybox.tar")), host.Lasting(b.RunRoot())...)
	seen, err := snapshot.Take(b.Scope)
	if err != nil {
		return err
	}
	b.mounts = seen[snapshot.Mounts]
	b.blank, err = b.look()
	return err
}

func (b *bench) close() error {
	return errors.Join(b.Clear(), b.Close())
}

// outcome is how a command ended.
type outcome struct {
	command string
	status  int // -1: it was killed
	output  string
}

func (o outcome) err() error {
	if o.status == 0 {
		return nil
	}
	return fmt.Errorf("%q: exit status %d: %s", o.command, o.status, strings.TrimSpace(o.output))
}

// do runs commands that must succeed.
func (b *bench) do(commands ...string) error {
	for _, command := range commands {
		if err := b.carryOut(command, b.environment()).err(); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) carryOut(words string, environment ...string) outcome {
	started := b.begin(words, environment...)
	select {
	case o := <-started.ended:
		return o
	case <-time.After(longest()):
		started.command.Process.Kill()
		o := <-started.ended
		o.output += fmt.Sprintf("\nit hangs: killed after %v", longest())
		return o
	}
}

// begun is a command that runs.
type begun struct {
	command *exec.Cmd
	ended   chan outcome
}

// begin starts a command: words for mydocker or, after "!", for the shell.
func (b *bench) begin(words string, environment ...string) begun {
	command := exec.Command(b.tools.binary, strings.Fields(os.Expand(words, b.variable))...)
	if line, isShell := strings.CutPrefix(words, "!"); isShell {
		command = exec.Command("sh", "-c", os.Expand(line, b.variable))
	}
	command.Env = append(append(os.Environ(), b.Host.Environment()...), environment...)
	command.Dir = "/"
	command.WaitDelay = time.Second // a leaked process shall not hold up who looks for it
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	started := begun{command, make(chan outcome, 1)}
	if err := command.Start(); err != nil {
		started.ended <- outcome{words, 127, err.Error()}
		return started
	}
	go func() {
		command.Wait()
		started.ended <- outcome{words, command.ProcessState.ExitCode(), output.String()}
	}()
	return started
}

func (b *bench) variable(name string) string {
	return map[string]string{"IMAGE": b.tools.image, "MYDOCKER": b.tools.binary, "STORE": b.Store()}[name]
}
