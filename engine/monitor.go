package engine

import (
	"errors"
	"math"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	specs "github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/attach"
	"mydocker/container"
	"mydocker/internal/detach"
	"mydocker/internal/failpoint"
	"mydocker/internal/rest"
	"mydocker/internal/roll"
	"mydocker/logs"
	"mydocker/state"
)

// monitorFD is where a monitor finds its connection to the command that
// started it. The sockets that hold its ports come after it.
const monitorFD = 3

// monitor is the one process that stays with a container: it owns the
// container's terminal or pipes, writes its log, waits for its end and tears
// down what it had in the kernel.
type monitor struct {
	engine  *Engine
	record  *Record
	known   Record // as it was when the program started, for whoever asks
	live    *Live
	process *container.Process
	sandbox *container.Sandbox
	streams *streams
	log     *logs.Writer
	hub     *attach.Hub
	ports   ports // that it holds; nil: those behind monitorFD
	within  bool  // it lives in the command

	departure *detach.Departure // how that leaves its caller; nil: it does not
	present   chan struct{}     // closed when everybody can see that it has started

	signature *roll.Signature // until the container's end

	takeSignals func() // from the command in which it lives, once

	disowned atomic.Bool   // the command itself cleans up
	decided  chan struct{} // closed when that is certain, for one within a command

	listener *net.UnixListener
	closed   chan struct{}  // when nobody is let in any more
	arriving sync.WaitGroup // clients who have not said what they want
}

// goesWithCommand tells whether the monitor ends when the command does.
func (m *monitor) goesWithCommand() bool { return m.within && m.departure == nil }

// Monitor is the life of a monitor. Its arguments are root, run root and ID.
func Monitor(arguments []string) error {
	failpoint.Play("monitor")
	// Without it, ps -e shows "exe", by which it was started.
	os.WriteFile("/proc/self/comm", []byte(MonitorName), 0)
	if len(arguments) != 3 {
		return errors.New("starting monitor: mydocker starts its monitors itself")
	}
	command, err := commandConnection()
	if err != nil {
		return err
	}
	defer command.Close()
	m := beginMonitor(New(state.Layout{Root: arguments[0], RunRoot: arguments[1]}))
	return m.serveCommand(command, arguments[2])
}

// beginMonitor begins a monitor's life by taking the namespaces that nearly every
// container has, while the command still writes its record.
func beginMonitor(e *Engine) *monitor {
	return &monitor{
		engine: e, takeSignals: func() {}, present: make(chan struct{}),
		sandbox: container.NewSandbox(&specs.Spec{Linux: &specs.Linux{Namespaces: namespaces(nil)}}),
	}
}

// serveCommand is the whole life of a monitor, wherever it runs.
func (m *monitor) serveCommand(command *attach.Connection, id string) error {
	began := time.Now()
	defer m.sandbox.Close()
	hello, ok := command.Welcome()
	if !ok {
		return m.giveUp(id)
	}
	if hello.Trace {
		m.trace(command)
		m.engine.took("wait for the command", began, time.Since(began), nil)
	}
	if err := m.start(id); err != nil {
		m.takeSignals() // none may end the cleaning up
		return command.SendJSON(attach.Failed, describe(errors.Join(err, m.abandon())))
	}
	return m.supervise(command, hello)
}

// giveUp is the end of a monitor whose command has gone before it said Hello.
// Where the two are one process, the command itself cleans up.
func (m *monitor) giveUp(id string) error {
	if m.within {
		return nil
	}
	return m.engine.disown(id)
}

// closeOnExec keeps a descriptor and all above it from programs that this process
// executes.
func closeOnExec(first uint) error {
	return unix.CloseRange(first, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC)
}

func commandConnection() (*attach.Connection, error) {
	if err := closeOnExec(monitorFD); err != nil {
		return nil, err
	}
	file := os.NewFile(monitorFD, "command")
	defer file.Close()
	conn, err := net.FileConn(file)
	if err != nil {
		return nil, err
	}
	return attach.NewConnection(conn), nil
}

// describe puts an error into words that another process can repeat.
func describe(err error) attach.Failure {
	failure := attach.Failure{Message: err.Error(), Code: exitEngine}
	var start *container.StartError
	if errors.As(err, &start) {
		failure.Code = start.ExitCode()
	}
	return failure
}

// exitEngine is the exit status for a failure of mydocker itself, docker's.
const exitEngine = 125

// supervise stays with the running container until it has ended, the host is
// clean and all output has been delivered.
func (m *monitor) supervise(command *attach.Connection, hello attach.Greeting) error {
	defer m.listener.Close()
	m.hub, m.closed = attach.NewHub(m), make(chan struct{})
	started := func() error { return command.Send(attach.Started, nil) }
	if failpoint.Around("report start", started) == nil {
		m.hub.Join(command, hello)
	} else {
		command.Close() // so that it does not wait for ever, if it is there
	}
	m.sign()
	close(m.present)
	go m.hub.Serve(command, hello, m.within || !m.record.Detached)
	m.known = *m.record
	go m.accept()
	go m.persist()
	pumped := m.streams.pump(m.hub, m.log)
	status, err := m.process.Wait()
	m.hub.Widen()
	rest.End(m.streams.output, m.streams.errors)
	return errors.Join(err, <-pumped, m.finish(status))
}

// finish cleans the host and then tells who waits for the end.
func (m *monitor) finish(status container.ExitStatus) error {
	exit := Exit{Code: int(status), OOM: m.outOfMemory(), At: time.Now()}
	m.signature.Strike()
	m.releasePorts()
	err := m.log.Close()
	if !m.isDisowned() {
		err = errors.Join(err, m.engine.retire(m.record, exit))
	}
	var persisting sync.WaitGroup
	persisting.Go(m.persist) // while clients read to the end, however long that takes
	m.bidFarewell(byte(exit.Code))
	persisting.Wait()
	return err
}

// persist makes the record of a container that stays survive a power cut, while
// nobody waits for it. Should the disk refuse, everything else goes on.
func (m *monitor) persist() {
	if !m.record.AutoRemove {
		state.Sync(m.engine.recordPath(m.record.ID))
	}
}

// releasePorts gives the published host ports back before anybody is told of
// the end, who may want them next.
func (m *monitor) releasePorts() {
	if m.ports != nil {
		m.ports.close()
		return
	}
	for i := range m.record.Ports {
		unix.Close(monitorFD + 1 + i)
	}
}

func (m *monitor) outOfMemory() bool {
	kills, err := m.engine.cgroup(m.record).OOMKills()
	return err == nil && kills > 0
}
