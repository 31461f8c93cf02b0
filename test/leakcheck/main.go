// Leakcheck runs a command and fails when the whole host is not afterwards as
// it was before: links, addresses, routes, rules, mounts, cgroups, state,
// processes. Nothing else may use mydocker meanwhile.
//
//	leakcheck COMMAND…
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"mydocker/internal/snapshot"
	"mydocker/test/reaper"
)

// patience is how long the kernel may take to clear away what has died.
const patience = 15 * time.Second

// reaping, as the first argument, makes this program the one that stands
// between leakcheck and the command.
const reaping = "-reap"

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: leakcheck COMMAND…")
		os.Exit(125)
	}
	work, arguments := check, os.Args[1:]
	if arguments[0] == reaping {
		work, arguments = reaper.Run, arguments[1:]
	}
	status, err := work(arguments)
	if err != nil {
		fmt.Fprintf(os.Stderr, "leakcheck: %v\n", err)
		os.Exit(125)
	}
	os.Exit(status)
}

// check gives the command's exit status, or 1 when it left something.
func check(command []string) (int, error) {
	// Whatever the command leaves running becomes a child of this process.
	if err := reaper.Become(); err != nil {
		return 0, err
	}
	scope := snapshot.Scope{
		Roots:    []string{"/var/lib/mydocker", "/run/mydocker"},
		Ancestor: os.Getpid(),
	}
	before, err := snapshot.Take(scope)
	if err != nil {
		return 0, err
	}
	status, err := run(command)
	if err != nil {
		return 0, err
	}
	left, err := snapshot.Settle(before, scope, patience)
	if err != nil {
		return 0, err
	}
	if !left.Empty() {
		fmt.Fprintf(os.Stderr, "leakcheck: the command left the host changed:\n%s", left)
		status = max(status, 1)
	}
	return status, nil
}

// run gives the exit status of the command, which runs below a reaper.
func run(arguments []string) (int, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	command := exec.Command(self, append([]string{reaping}, arguments...)...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = command.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil
	}
	return 0, err
}
