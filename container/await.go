package container

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"

	"mydocker/container/launch"
	"mydocker/container/terminal"
	"mydocker/internal/process"
)

// Ready waits until all is done that can be before Start. From then on the
// process has all the threads and nearly all the memory that it needs to become
// the program, so that the tightest limits of a cgroup cannot end it. A caller
// whose limits are generous saves the wait. Errors are as for Start.
func (p *Process) Ready() error {
	if p.maker == nil {
		return p.startedAlready()
	}
	for !p.prepared {
		kind, err := p.hear()
		if err == nil && kind == nothing {
			err = process.ErrGone
		}
		if err != nil {
			return p.abandon(err)
		}
	}
	return nil
}

// Start opens the latch and returns when the program has begun. Any error is
// a *StartError, and the container is dead by then.
func (p *Process) Start() error {
	if p.maker == nil {
		return p.startedAlready()
	}
	p.maker.send(goOn, nil) // when init is gone, what it has left says why
	for begun := false; ; {
		kind, err := p.hear()
		switch {
		case err != nil:
			return p.abandon(err)
		case kind == begins:
			begun = true
		case kind == nothing && begun:
			p.maker.Close()
			p.maker = nil
			return nil
		case kind == nothing:
			return p.abandon(process.ErrGone)
		}
	}
}

func (p *Process) startedAlready() error {
	return &StartError{Code: launch.CannotSetUp, Err: fmt.Errorf("starting pid %d: it was started already", p.pid)}
}

// abandon ends a container that cannot be started, and gives the error that
// says so.
func (p *Process) abandon(cause error) error {
	p.maker.Close()
	p.maker = nil
	status, _ := p.kill()
	if p.console != nil {
		p.console.Close()
		p.console = nil
	}
	if cause == process.ErrGone {
		cause = endedEarly(status)
	}
	if start := (*StartError)(nil); errors.As(cause, &start) {
		return start
	}
	return &StartError{Code: launch.CannotSetUp, Err: cause}
}

// endedEarly says why a container ended before its program began, as far as
// its exit status tells.
func endedEarly(status ExitStatus) error {
	if status == 128+ExitStatus(unix.SIGKILL) {
		return errors.New("starting the container: its init ended with status 137 before the program began: somebody killed it, or a limit on its memory is too tight")
	}
	return fmt.Errorf("starting the container: its init ended with status %d before the program began; a limit on its memory or processes may be too tight", status)
}

// nothing is the kind of message that never comes.
const nothing = 0

// hear takes one message from init and gives its kind: nothing at the end.
func (p *Process) hear() (kind byte, err error) {
	received, err := p.maker.receive()
	if err == errClosed {
		return nothing, nil
	}
	if err != nil {
		return nothing, err
	}
	switch received.kind {
	case begins:
	case prepared:
		p.prepared = true
	case console:
		err = p.takeConsole(received)
	case failed:
		err = failure(received.text)
	default:
		err = fmt.Errorf("reading from init: unknown message %q", received.kind)
	}
	return received.kind, err
}

// takeConsole accepts the terminal that init made, if it is one.
func (p *Process) takeConsole(received message) (err error) {
	if received.fd < 0 || p.console != nil {
		return errors.New("reading from init: a terminal was announced and did not come")
	}
	if err := terminal.Verify(received.fd); err != nil {
		unix.Close(received.fd)
		return fmt.Errorf("taking over the terminal that init made: %w", err)
	}
	master, err := terminal.Master(received.fd)
	if err != nil {
		return err
	}
	return p.keepConsole(master)
}

// failure reads the error that init met.
func failure(text []byte) error {
	if len(text) < 1 {
		return errors.New("reading from init: an error without words")
	}
	return &StartError{Code: int(text[0]), Err: errors.New(string(text[1:]))}
}

// describe is the other direction of failure.
func describe(err error) []byte {
	code := launch.CannotSetUp
	if start := (*StartError)(nil); errors.As(err, &start) {
		code = start.Code
	}
	return append([]byte{byte(code)}, err.Error()...)
}
