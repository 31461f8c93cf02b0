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
	"mydocker/internal/detach"
	"mydocker/internal/failpoint"
)

// hosted is a monitor that lives in the command that runs the container: for one
// that goes when the command does, or where the command stays when its caller takes
// it for ended. If the command is killed, the kernel kills the program with it, and
// the next command cleans up.
type hosted struct {
	*monitor
	ended  chan error
	hungUp atomic.Bool
}

// hostMonitor starts a monitor in this process. It waits for the command, and
// closes the ports when it ends. departure is nil for one that goes with the command.
func (e *Engine) hostMonitor(id string, held ports, departure *detach.Departure) (*monitorProcess, error) {
	m := beginMonitor(e)
	m.ports, m.within, m.departure, m.decided = held, true, departure, make(chan struct{})
	process, command, err := hostedPair(m)
	if err != nil {
		held.close()
		m.sandbox.Close()
		return nil, fmt.Errorf("starting monitor: %w", err)
	}
	// When nobody reads the output any more, writing gives an error. Programs in the
	// container get all signals as they usually are; an iptables-legacy that is run
	// here ignores this one as well.
	signal.Ignore(unix.SIGPIPE)
	h := process.hosted
	h.takeSignals = sync.OnceFunc(func() { h.take(process.connection) })
	go func() {
		defer held.close()
		defer command.Close()
		h.ended <- h.serveCommand(command, id)
	}()
	return process, nil
}

// hostDetached is hostMonitor for a container that stays when the command's caller takes
// that for ended.
func (e *Engine) hostDetached(id string, held ports) (*monitorProcess, error) {
	departure, err := detach.Prepare()
	if err != nil {
		held.close()
		return nil, fmt.Errorf("starting monitor: %w", err)
	}
	process, err := e.hostMonitor(id, held, departure)
	if err != nil {
		departure.Close()
	}
	return process, err
}

// take keeps signals from ending the command: they are the program's or, where that
// stays anyway, nobody's until the caller knows of it.
func (h *hosted) take(connection *attach.Connection) {
	if h.departure != nil {
		h.departure.Persist()
		return
	}
	h.outliveTerminal(connection)
	connection.ForwardSignals()
}

// Stay has the command stay as the container's monitor, if it is that, and tells its
// caller that it has ended with a status.
func (s *Session) Stay(status int) error {
	if s.monitor == nil {
		return nil
	}
	<-s.monitor.present
	failpoint.Play("monitor")
	failpoint.Born("monitor", os.Getpid())
	s.monitor.departure.Leave(status, monitorWords(s.engine.Layout, s.ID)...)
	return <-s.monitor.ended
}

// hostedPair connects a monitor within this process with the command.
func hostedPair(m *monitor) (process *monitorProcess, command *attach.Connection, err error) {
	self, err := refer(os.Getpid())
	if err != nil {
		return nil, nil, err
	}
	ours, theirs, err := socketPair()
	if err != nil {
		return nil, nil, err
	}
	defer theirs.Close()
	conn, err := net.FileConn(theirs)
	if err != nil {
		return nil, nil, errors.Join(err, ours.Close())
	}
	h := &hosted{monitor: m, ended: make(chan error, 1)}
	return &monitorProcess{reference: self, connection: attach.NewConnection(ours), hosted: h}, attach.NewConnection(conn), nil
}

// outliveTerminal keeps the command alive, which has to clean up, when its terminal
// goes: it goes as a client does, unless nohup(1) has it stay.
func (h *hosted) outliveTerminal(connection *attach.Connection) {
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
