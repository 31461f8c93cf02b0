package engine

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"mydocker/attach"
)

// hosted is a monitor that lives in the command that runs the container, for
// one that goes when the command does. If the command is killed, the kernel
// kills the program with it, and the next command cleans up.
type hosted struct {
	*monitor
	ended  chan error
	hungUp atomic.Bool
}

// hostMonitor starts a monitor in this process. It waits for the command, and
// closes the ports when it ends.
func (e *Engine) hostMonitor(id string, held ports) (*monitorProcess, error) {
	self, err := refer(os.Getpid())
	if err != nil {
		held.close()
		return nil, err
	}
	ours, theirs, err := socketPair()
	if err != nil {
		held.close()
		return nil, err
	}
	conn, err := net.FileConn(theirs)
	theirs.Close()
	if err != nil {
		held.close()
		return nil, fmt.Errorf("starting monitor: %w", errors.Join(err, ours.Close()))
	}
	h := &hosted{monitor: &monitor{engine: e, ports: held, within: true, decided: make(chan struct{})}, ended: make(chan error, 1)}
	connection := attach.NewConnection(ours)
	h.outliveSignals(connection)
	h.takeSignals = sync.OnceFunc(connection.ForwardSignals)
	go func() {
		command := attach.NewConnection(conn)
		defer held.close()
		defer command.Close()
		h.ended <- h.serveCommand(command, id)
	}()
	return &monitorProcess{reference: self, connection: connection, hosted: h}, nil
}

// outliveSignals keeps the command alive where the monitor has to clean up: when
// its terminal goes, it goes as a client does, unless nohup(1) has it stay, and when
// nobody reads the output any more, writing gives an error.
func (h *hosted) outliveSignals(connection *attach.Connection) {
	signal.Notify(make(chan os.Signal, 1), unix.SIGPIPE)
	if signal.Ignored(unix.SIGHUP) {
		return
	}
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, unix.SIGHUP)
	go func() {
		<-hangups
		h.hungUp.Store(true)
		connection.Close()
	}()
}

// decide lets the monitor end the container: by itself or, where its start has
// come to nothing, only its process.
func (h *hosted) decide(disowned bool) {
	h.disowned.Store(disowned)
	close(h.decided)
}

// End lets go of a container that was shown: one that nobody else sees is ended
// if it has not, and the host is clean then.
func (s *Session) End() error {
	err := s.Connection.Close()
	if s.monitor == nil {
		return err
	}
	return <-s.monitor.ended
}

// HungUp tells whether the terminal of a hosted session has gone.
func (s *Session) HungUp() bool { return s.monitor != nil && s.monitor.hungUp.Load() }

// Forwards tells whether the signals that this process gets go to the program
// already.
func (s *Session) Forwards() bool { return s.monitor != nil }
