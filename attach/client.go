package attach

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/moby/term"
)

// Client shows a container on the terminal or the pipes of this process.
type Client struct {
	Connection *Connection
	Input      *os.File // nil: the program gets no input from here
	Output     io.Writer
	Errors     io.Writer
	Terminal   bool   // the container has a terminal
	Rejoin     bool   // the program runs already: make it redraw its screen
	DetachKeys []byte // typed on a terminal, they leave the container running

	credit *credit
}

// Outcome is how a session ended.
type Outcome struct {
	Detached bool
	ExitCode int
}

// ErrLost says that the container's monitor went without a word.
var ErrLost = errors.New("the container's monitor has gone; \"mydocker ps\" shows what became of the container")

// StartError says why the program never ran.
type StartError struct{ Failure }

func (e *StartError) Error() string { return e.Message }

// ExitCode is the exit status that tells scripts about it.
func (e *StartError) ExitCode() int { return e.Code }

// Await waits until the program runs.
func (c *Connection) Await() error {
	frame, err := c.Receive()
	for err == nil && frame.Kind == Stepped {
		if err = c.trace(frame); err == nil {
			frame, err = c.Receive()
		}
	}
	if err != nil {
		return ErrLost
	}
	switch frame.Kind {
	case Started:
		return nil
	case Failed:
		var failure StartError
		if err := json.Unmarshal(frame.Payload, &failure.Failure); err != nil {
			return err
		}
		return &failure
	}
	return fmt.Errorf("starting container: monitor sent an unexpected frame of kind %d", frame.Kind)
}

// Run shows the container until it ends or the user detaches.
func (c *Client) Run() (Outcome, error) {
	if c.Terminal {
		restore, err := c.takeTerminal()
		if err != nil {
			return Outcome{}, err
		}
		defer restore()
	}
	detached := make(chan struct{})
	c.credit = newCredit(mostAhead)
	if c.Input != nil {
		go c.sendInput(detached)
	}
	ended := make(chan ending, 1)
	go func() { ended <- c.receive() }()
	select {
	case <-detached:
		return Outcome{Detached: true}, c.Connection.Send(Detach, nil)
	case end := <-ended:
		return end.outcome, end.err
	}
}

type ending struct {
	outcome Outcome
	err     error
}

func (c *Client) receive() ending {
	for {
		frame, err := c.Connection.Receive()
		if err != nil {
			return ending{err: ErrLost}
		}
		switch frame.Kind {
		case Stdout:
			_, err = c.Output.Write(frame.Payload)
		case Stderr:
			_, err = c.Errors.Write(frame.Payload)
		case Stepped:
			err = c.Connection.trace(frame)
		case Taken:
			c.credit.taken(bytesTaken(frame))
		case Exited:
			return ending{outcome: Outcome{ExitCode: int(frame.Payload[0])}}
		}
		if err != nil {
			return ending{err: fmt.Errorf("writing the container's output: %w", err)}
		}
	}
}

// sendInput copies this process's input into the container until it ends or
// the detach keys are typed.
func (c *Client) sendInput(detached chan<- struct{}) {
	var input io.Reader = c.Input
	if c.Terminal && len(c.DetachKeys) > 0 {
		input = term.NewEscapeProxy(c.Input, c.DetachKeys)
	}
	// Nobody can end the input of a terminal that passes all keys on, but by going.
	goes := c.Terminal && term.IsTerminal(c.Input.Fd())
	c.credit.await()
	buffer := make([]byte, 32<<10)
	for {
		n, err := input.Read(buffer)
		if n > 0 {
			c.credit.spend(n)
			if c.Connection.Send(Stdin, buffer[:n]) != nil {
				return
			}
		}
		var escaped term.EscapeError
		switch {
		case errors.As(err, &escaped):
			close(detached)
			return
		case err != nil && goes:
			c.Connection.Close()
			return
		case err != nil:
			c.Connection.Send(CloseStdin, nil)
			return
		}
	}
}
