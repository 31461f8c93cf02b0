package engine

import (
	"fmt"

	"mydocker/attach"
)

// Attach joins a running container's terminal or pipes.
func (e *Engine) Attach(reference string) (*Session, error) {
	found, err := e.running(reference, "attaching to")
	if err != nil {
		return nil, err
	}
	connection, err := e.dial(found.Record.ID, attach.Greeting{Output: true, Counts: found.Record.Process.Stdin})
	if err != nil && found.live.Program.ending() {
		return nil, justEnded("attaching to", reference)
	}
	if err != nil {
		return nil, fmt.Errorf("attaching to container %q: %w", reference, err)
	}
	program := found.Record.Process
	return &Session{engine: e, ID: found.Record.ID, Terminal: program.Terminal, Stdin: program.Stdin, Connection: connection}, nil
}
