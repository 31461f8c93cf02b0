package engine

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/internal/process"
)

const (
	// killPatience is how long a killed process may take to end. One that
	// writes out a large core or waits for a dead disk can take long.
	killPatience = 10 * time.Second

	// tidyPatience is how long a monitor may take to clean up after its
	// program, whose files it may have to remove.
	tidyPatience = 60 * time.Second

	// obstaclePause is how long a process that should end is waited for before
	// what holds it is looked for, and again.
	obstaclePause = 500 * time.Millisecond

	forever = time.Duration(1<<31-1) * time.Millisecond // the longest that poll(2) can wait
)

// end ends a running container and waits until the host is clean.
func (e *Engine) end(found Container, reference string, signal unix.Signal, timeout time.Duration) error {
	if err := e.endProgram(found, reference, signal, timeout); err != nil {
		return err
	}
	err := e.reconcileEnded(found.Record.ID)
	if cannotWrite(err) {
		return nil // it has ended; the next command that can will write that down
	}
	return err
}

// endProgram sends a signal to a running container's program, kills it when it
// has not ended in time, and waits until its monitor is through. With a negative
// timeout it does not kill.
func (e *Engine) endProgram(found Container, reference string, signal unix.Signal, timeout time.Duration) error {
	if err := e.thaw(found.Record.ID); err != nil {
		return err
	}
	program, err := process.Open(found.live.Program.PID, found.live.Program.Start)
	if errors.Is(err, process.ErrGone) {
		return e.awaitTidy(found, reference)
	}
	if err != nil {
		return err
	}
	defer program.Close()
	err = e.send(found.Record.ID, program, signal)
	deaf := errors.Is(err, unix.EACCES) && timeout >= 0 // it is killed in time
	if err != nil && !deaf {
		return fmt.Errorf("signalling container %q: %w", reference, err)
	}
	if signal != unix.SIGKILL {
		if err := e.insist(found.Record.ID, program, timeout); err != nil {
			return fmt.Errorf("killing container %q: %w", reference, err)
		}
	}
	if err := awaitDeath(found.live.Program.PID, program, killPatience); err != nil {
		return fmt.Errorf("stopping container %q: %w", reference, err)
	}
	return e.awaitTidy(found, reference)
}

// insist kills a program that does not end by itself in time.
func (e *Engine) insist(id string, program *os.File, timeout time.Duration) error {
	if timeout < 0 {
		return awaitEnd(program, forever)
	}
	if awaitEnd(program, timeout) == nil {
		return nil
	}
	return e.send(id, program, unix.SIGKILL)
}

// send signals a program. A security module may keep every signal from it, as a
// profile of AppArmor does that allows none. On version 2 the kernel kills what is
// in a cgroup without asking such a module.
func (e *Engine) send(id string, program *os.File, signal unix.Signal) error {
	err := ignoreGone(process.Send(program, signal))
	if signal == unix.SIGKILL && errors.Is(err, unix.EACCES) {
		return e.plainCgroup(id).Kill()
	}
	return err
}

// awaitDeath waits until a killed program has ended, and takes out of the way
// what may keep it from that.
func awaitDeath(pid int, program *os.File, patience time.Duration) error {
	for deadline := time.Now().Add(patience); ; {
		err := awaitEnd(program, obstaclePause)
		if err == nil {
			return nil
		}
		obstacle := freeKilled(pid)
		if time.Now().After(deadline) {
			return fmt.Errorf("its program (pid %d) has been killed and has not ended after %v; %s", pid, patience, obstacle)
		}
	}
}

// awaitTidy waits until the monitor of a program that has ended has cleaned up.
func (e *Engine) awaitTidy(found Container, reference string) error {
	owner, ended := found.live.Owner, e.watch(found.Record.ID, found.live)
	for deadline := time.Now().Add(tidyPatience); time.Now().Before(deadline); {
		select {
		case <-ended:
			return nil
		case <-time.After(obstaclePause):
			freeStopped(owner)
		}
	}
	return fmt.Errorf("waiting for container %q: its program has ended, and its monitor (pid %d) has been cleaning up for %v; \"ps -o stat,wchan %d\" may tell why",
		reference, owner.PID, tidyPatience, owner.PID)
}

// reconcileEnded cleans up after a monitor that died with its container.
func (e *Engine) reconcileEnded(id string) error {
	bootID, err := process.BootID()
	if err != nil {
		return err
	}
	live, err := e.loadLive(id)
	if err != nil || live == nil {
		return err
	}
	// One that could not write down the end is about to end itself.
	if live.Owner.awaitEnd(obstaclePause); live.owned(bootID) {
		return nil
	}
	_, letGo, err := e.holdSettled(id, id)
	letGo()
	if errors.As(err, new(*NotFoundError)) || isWatched(err) { // the last to look into it removes it
		return nil
	}
	return err
}

// awaitEnd waits until the process behind a pidfd has ended.
func awaitEnd(pidfd *os.File, patience time.Duration) error {
	ended, err := process.HasEnded(int(pidfd.Fd()), patience)
	if err == nil && !ended {
		err = errStillThere
	}
	return err
}

// errStillThere says that a process has not ended in time.
var errStillThere = errors.New("it has not ended")

func ignoreGone(err error) error {
	if errors.Is(err, process.ErrGone) {
		return nil
	}
	return err
}
