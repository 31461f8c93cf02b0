package engine

import (
	"errors"
	"time"

	"mydocker/container"
)

// Execution is a further program in a container. It never has its caller's own
// files, which may be a terminal to type into or a file to open again: there
// are pipes between.
type Execution struct {
	*container.Process
	pipes pipes
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
