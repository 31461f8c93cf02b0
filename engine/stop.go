package engine

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/flags"
	"mydocker/internal/process"
)

// DefaultStopTimeout is how long a program may take to end after the stop
// signal before it is killed, docker's.
const DefaultStopTimeout = 10 * time.Second

// Stop asks a container's program to end, and kills it when it has not done
// so in time. A negative timeout waits for ever. A container that does not
// run is stopped already.
func (e *Engine) Stop(reference string, timeout time.Duration) error {
	found, err := e.running(reference, "stopping")
	if errors.As(err, new(*NotRunningError)) {
		return nil
	}
	if err != nil {
		return err
	}
	signal, err := flags.Signal(found.Record.Process.StopSignal)
	if err != nil {
		return err
	}
	return e.end(found, reference, signal, timeout)
}

// Kill sends a signal to a running container's program.
func (e *Engine) Kill(reference, signalName string) error {
	signal, err := flags.Signal(signalName)
	if err != nil {
		return err
	}
	found, err := e.running(reference, "killing")
	if err != nil {
		return err
	}
	if signal == unix.SIGKILL {
		return e.end(found, reference, signal, 0)
	}
	err = found.live.Program.signal(signal)
	switch {
	case errors.Is(err, process.ErrGone):
		return justEnded("killing", reference)
	case err != nil:
		return fmt.Errorf("signalling container %q: %w", reference, err)
	}
	return nil
}

// Wait waits until a container ends and gives its exit status.
func (e *Engine) Wait(reference string) (int, error) {
	found, err := e.running(reference, "waiting for")
	if errors.As(err, new(*NotRunningError)) {
		return e.exitCode(reference)
	}
	if err != nil {
		return 0, err
	}
	if code, told := <-e.watch(found.Record.ID, found.live); told {
		return code, nil
	}
	if err := e.reconcileEnded(found.Record.ID); err != nil {
		return 0, err
	}
	return e.exitCode(found.Record.ID)
}

func (e *Engine) exitCode(reference string) (int, error) {
	found, err := e.Container(reference)
	if err != nil {
		return 0, err
	}
	if found.Record.Exit == nil {
		return exitUnknown, nil
	}
	return found.Record.Exit.Code, nil
}
