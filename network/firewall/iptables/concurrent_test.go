package iptables

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"mydocker/network/internal/netnstest"
	"mydocker/resource"
)

// ownerVariable makes the test binary one process among many: it adds and
// removes the rules of the owner that the variable names.
const ownerVariable = "MYDOCKER_TEST_RULES_OWNER"

func TestMain(m *testing.M) {
	owner := os.Getenv(ownerVariable)
	if owner == "" {
		os.Exit(m.Run())
	}
	io.Copy(io.Discard, os.Stdin) // all start when the pipe is closed
	if err := addAndRemove(owner); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// addAndRemove is what a container that publishes a port does in its life.
func addAndRemove(owner string) error {
	rules := &Rules{Owner: owner, Rules: portRules()}
	if err := rules.Create(); err != nil {
		return err
	}
	if status, err := rules.Check(); err != nil || status.State != resource.Present {
		return fmt.Errorf("checking %s after Create: %v, %w", owner, status, err)
	}
	if err := rules.Remove(); err != nil {
		return err
	}
	if status, err := rules.Check(); err != nil || status.State != resource.Absent {
		return fmt.Errorf("checking %s after Remove: %v, %w", owner, status, err)
	}
	return nil
}

// Two hundred processes at once, and somebody else who changes rules with
// iptables all the time.
func TestTwoHundredProcessesAtOnce(t *testing.T) {
	netnstest.Enter(t)
	host := variant{command: "iptables-nft", save: "iptables-nft-save"}
	host.needed(t)
	before := host.addForeign(t)

	const count = 200
	starter, start, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	processes := make([]*exec.Cmd, count)
	outputs := make([]bytes.Buffer, count)
	for i := range processes {
		command := exec.Command("/proc/self/exe")
		command.Env = append(os.Environ(), fmt.Sprintf("%s=owner%d", ownerVariable, i))
		command.Stdin, command.Stderr = starter, &outputs[i]
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		processes[i] = command
	}
	starter.Close()
	began := time.Now()
	start.Close()

	stop := meddle(t, host)
	for i, command := range processes {
		if err := command.Wait(); err != nil {
			t.Errorf("process %d: %v: %s", i, err, outputs[i].String())
		}
	}
	t.Logf("%d processes took %s", count, time.Since(began))
	stop()
	if after := host.rules(t); after != before {
		t.Errorf("foreign rules were\n%s\nand now there are\n%s", before, after)
	}
}

// meddle changes foreign rules until it is stopped. It runs in the calling
// thread's network namespace.
func meddle(t *testing.T, host variant) (stop func()) {
	t.Helper()
	script := `while :; do ` + host.command + ` -t nat -A PREROUTING -s 192.0.2.1 -j RETURN || exit 1
		` + host.command + ` -t nat -D PREROUTING -s 192.0.2.1 -j RETURN || exit 1; read -t 0 && exit 0; done`
	command := exec.Command("bash", "-c", script)
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var output bytes.Buffer
	command.Stderr = &output
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		stdin.Close()
		if err := command.Wait(); err != nil {
			t.Errorf("the foreign program could not change its rules: %v: %s", err, output.String())
		}
	}
}

func TestManyGoroutinesOfOneProcess(t *testing.T) {
	onEach(t, func(t *testing.T, v variant) {
		namespace := netnstest.Own(t)
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				err := netnstest.In(namespace, func() error {
					owner := fmt.Sprintf("owner%d", i)
					if err := v.Add(owner, portRules()); err != nil {
						return err
					}
					return v.Remove(owner)
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if left := v.rules(t); strings.Contains(left, "mydocker") {
			t.Errorf("there are still\n%s", left)
		}
	})
}
