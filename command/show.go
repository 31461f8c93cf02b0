package command

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"mydocker/attach"
	"mydocker/engine"
)

// ShowOptions say how a container is shown.
type ShowOptions struct {
	Stdin   bool // pass this process's input on
	Rejoin  bool // the program has been running already
	NoProxy bool // do not pass signals on
}

// detachKeys are ctrl-p ctrl-q, docker's.
var detachKeys = [...]byte{16, 17}

// Show shows a container on this process's terminal or pipes until it ends
// or the user detaches. The container's exit status is the program's.
func Show(session *engine.Session, options ShowOptions) error {
	client := &attach.Client{
		Connection: session.Connection, Output: os.Stdout, Errors: os.Stderr,
		Terminal: session.Terminal, Rejoin: options.Rejoin, DetachKeys: detachKeys[:],
	}
	if options.Stdin {
		client.Input = os.Stdin
	}
	if !options.NoProxy && !session.Forwards() {
		session.Connection.ForwardSignals()
	}
	outcome, err := client.Run()
	if ended := session.End(); err == nil {
		err = ended
	}
	switch {
	case session.HungUp():
		return ExitStatus(128 + unix.SIGHUP)
	case errors.Is(err, unix.EPIPE):
		return ExitStatus(128 + unix.SIGPIPE) // as a shell has it for those who write to nobody
	case errors.Is(err, attach.ErrLost):
		return OwnError(errors.Join(err, session.Recover()))
	case err != nil:
		return OwnError(err)
	case outcome.Detached:
		fmt.Fprintf(os.Stderr, "\ndetached; \"mydocker attach %s\" comes back\n", session.ID)
		return nil
	case outcome.ExitCode != 0:
		return ExitStatus(outcome.ExitCode)
	}
	return nil
}
