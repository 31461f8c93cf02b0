// Package reaper takes orphans to their rest, as process 1 does on a machine of
// its own. Where tests run process 1 may be some program that does so late or
// never, and a container ends only after all in it have been collected.
package reaper

import (
	"fmt"
	"os"
	"os/exec"

	"golang.org/x/sys/unix"
)

// Become makes this process the parent of all orphans below it.
func Become() error {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("becoming reaper of orphans: %w", err)
	}
	return nil
}

// Run runs a command and gives its exit status. It waits for any child, and so
// is for a program that does nothing else: it would take what somebody else
// waits for.
func Run(arguments []string) (status int, err error) {
	if err := Become(); err != nil {
		return 0, err
	}
	path, err := exec.LookPath(arguments[0])
	if err != nil {
		return 0, err
	}
	command, err := os.StartProcess(path, arguments, &os.ProcAttr{Files: []*os.File{os.Stdin, os.Stdout, os.Stderr}})
	if err != nil {
		return 0, err
	}
	return reapUntil(command.Pid)
}

// reapUntil waits for every process that ends, and gives the exit status of
// one of them.
func reapUntil(pid int) (int, error) {
	for {
		var status unix.WaitStatus
		child, err := unix.Wait4(-1, &status, 0, nil)
		switch {
		case err == unix.EINTR || err == nil && child != pid:
		case err != nil:
			return 0, fmt.Errorf("waiting for process %d: %w", pid, err)
		case status.Signaled():
			return 128 + int(status.Signal()), nil
		default:
			return status.ExitStatus(), nil
		}
	}
}
