package engine

import (
	"errors"
	"os"
	"time"

	"mydocker/container"
	"mydocker/internal/detach"
	"mydocker/internal/failpoint"
)

// Execution is a further program in a container. It never has its caller's own
// files, which may be a terminal to type into or a file to open again: there
// are pipes between.
type Execution struct {
	*container.Process
	pipes pipes

	container string            // its ID
	departure *detach.Departure // how the command leaves its caller; nil: it does not
}

// start starts the program with pipes in place of the caller's files.
func (x *Execution) start(target container.Target, config container.ExecConfig) (err error) {
	if config.Detached && detach.Possible() {
		if x.departure, err = detach.Prepare(); err != nil {
			return err
		}
	}
	if err := x.pipes.open(); err != nil {
		return err
	}
	config.Stdin, config.Stdout, config.Stderr = x.pipes.theirs[0], x.pipes.theirs[1], x.pipes.theirs[2]
	if x.Process, err = container.Exec(target, config); err != nil {
		x.pipes.close()
		return err
	}
	if x.departure != nil {
		x.departure.Persist() // the program runs: from here on this cannot fail
	}
	x.pipes.closeTheirs()
	return nil
}

// collectorName is the name of what is left of a command whose program goes on.
const collectorName = "mydocker-exec"

// Stay has the command stay until a program in the background has ended, and tells its
// caller that it has ended with a status. A container cannot end before each of its
// processes was collected. That of one whose parent is gone falls to the host's first
// process, which may take its time, or never do it.
func (x *Execution) Stay(status int) error {
	if x.departure == nil {
		return nil
	}
	failpoint.Born("collector", os.Getpid())
	x.departure.Leave(status, collectorName, x.container)
	return x.Process.Collect(collectorName, x.container)
}

// moment is longer than the programs take of which people start many.
const moment = 2 * time.Millisecond

// EndsSoon waits a moment for the program's end, and passes on what that has written if
// nobody has to wait for it. Whoever is told of both need not get ready for what comes
// while a program runs: signals and output. A program that reads does not have to wait.
func (x *Execution) EndsSoon() bool {
	return x.pipes.input == nil && x.Process.EndsWithin(moment) && x.pipes.carryAtOnce()
}

// Carry begins to move data.
func (x *Execution) Carry() { x.pipes.carry() }

// Wait waits for the program's end and for the last of its output. Programs that
// it left behind may have the pipes open still; nobody waits for those.
func (x *Execution) Wait() (container.ExitStatus, error) {
	status, err := x.Process.Wait()
	return status, errors.Join(err, x.pipes.finish())
}
