package rows

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/bench/program"
	"mydocker/bench/trial"
)

// dying measures how long it takes from SIGKILL until a program has gone that
// is the first process of its namespaces, as a container's is, with nobody to
// clean up behind it.
func dying(floor *program.Program) trial.Contender {
	var parent *exec.Cmd
	var child int
	return trial.Contender{
		Name: "the program's own dying",
		Prepare: func(int) (err error) {
			parent = floor.Detach("")
			if err = parent.Start(); err != nil {
				return err
			}
			child, err = sleeping(parent.Process.Pid)
			return err
		},
		Measure: trial.Timed(func(int) error {
			if err := unix.Kill(child, unix.SIGKILL); err != nil {
				return err
			}
			parent.Wait() // its exit status tells of the signal
			return nil
		}),
	}
}

// sleeping waits until a process has a child that runs its program.
func sleeping(parent int) (child int, err error) {
	children := fmt.Sprintf("/proc/%d/task/%d/children", parent, parent)
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		listed, _ := os.ReadFile(children)
		if _, err := fmt.Sscan(string(listed), &child); err != nil {
			continue
		}
		command, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", child))
		if strings.HasPrefix(string(command), "sleep") {
			return child, nil
		}
	}
	return 0, fmt.Errorf("waiting for the program of process %d: none after %v", parent, patience)
}
