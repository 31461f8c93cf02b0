package engine

import (
	"os"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/attach"
)

// abandon takes back a start that came to nothing.
func (m *monitor) abandon() error {
	if m.record == nil || m.live == nil {
		return nil
	}
	if m.process != nil {
		m.process.Signal(unix.SIGKILL)
		m.process.Wait()
	}
	if m.log != nil {
		m.log.Close()
	}
	return m.engine.retract(m.record.ID, m.live)
}

// isDisowned tells whether the command cleans up in which this monitor lives. A
// program may end before the command knows whether the start has succeeded; it
// has the container's lock so long, and waits for this monitor where it has not.
func (m *monitor) isDisowned() bool {
	if m.within {
		<-m.decided
	}
	return m.disowned.Load()
}

// disown is what a monitor does whose command has gone before it said Hello:
// if the container is this monitor's by then, it takes it back.
func (e *Engine) disown(id string) error {
	lock, err := e.lockContainer(id)
	if err != nil {
		return err
	}
	defer lock.Release()
	self, err := refer(os.Getpid())
	if err != nil {
		return err
	}
	live, err := e.loadLive(id)
	if err != nil || live == nil || !live.Owner.same(self) {
		return err
	}
	return e.retract(id, live)
}

// Input, CloseInput and Resize are what a client does to the program's
// terminal or standard input.
func (m *monitor) Input(data []byte)       { m.streams.write(data) }
func (m *monitor) CloseInput()             { m.streams.endInput() }
func (m *monitor) Resize(size attach.Size) { m.streams.resize(size) }

// Signal passes a client's signal on.
func (m *monitor) Signal(number int) { m.process.Signal(unix.Signal(number)) }

// hangupGrace is how long a program whose terminal has gone may take to end
// by itself.
const hangupGrace = 2 * time.Second

// inputGrace is how long a terminal may take to be told of its end, which waits for
// a program that does not read what was typed before.
const inputGrace = 100 * time.Millisecond

func (m *monitor) endInput() {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		m.streams.endInput()
	}()
	select {
	case <-ended:
	case <-time.After(inputGrace):
	}
}

// Hangup ends a program whose owner has gone, as a closing terminal does, so
// that no container stays that nobody sees. One in the background stays, unless its
// start has come to nothing.
func (m *monitor) Hangup() {
	if m.record.Detached && !m.isDisowned() {
		return
	}
	if m.disowned.Load() {
		m.process.Signal(unix.SIGKILL)
		return
	}
	m.endInput()
	m.process.Signal(unix.SIGHUP)
	time.AfterFunc(hangupGrace, func() { m.process.Signal(unix.SIGKILL) })
}
