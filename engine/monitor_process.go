package engine

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"mydocker/attach"
	"mydocker/internal/failpoint"
	"mydocker/state"
)

// monitorProcess is a monitor that waits to be told to go on.
type monitorProcess struct {
	reference  Reference
	connection *attach.Connection
	hosted     *hosted
}

// MonitorName is the name under which the program runs as a monitor.
const MonitorName = "mydocker-monitor"

// monitorWords are the arguments of a monitor, its name first.
func monitorWords(layout state.Layout, id string) []string {
	return []string{MonitorName, layout.Root, layout.RunRoot, id}
}

// spawnMonitor starts a monitor in a session of its own. It ends by itself
// when the connection closes before it is told to go on. It keeps the ports for
// as long as it lives.
func (e *Engine) spawnMonitor(id string, held ports) (*monitorProcess, error) {
	ours, theirs, err := socketPair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	pid, err := forkMonitor(append([]*os.File{theirs}, held...), monitorWords(e.Layout, id))
	if err != nil {
		return nil, fmt.Errorf("starting monitor: %w", errors.Join(err, ours.Close()))
	}
	failpoint.Born("monitor", pid)
	reference, err := refer(pid)
	if err != nil {
		return nil, fmt.Errorf("starting monitor: it died at once: %w", errors.Join(err, ours.Close()))
	}
	return &monitorProcess{reference: reference, connection: attach.NewConnection(ours)}, nil
}

// forkMonitor does what os/exec would, which forks another process first, to find
// out what this kernel can do.
func forkMonitor(files []*os.File, words []string) (pid int, err error) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer null.Close()
	descriptors := []uintptr{null.Fd(), null.Fd(), null.Fd()}
	for _, file := range files {
		descriptors = append(descriptors, file.Fd())
	}
	// What the caller has open beside its standard files, such as the lock of flock(1),
	// is not for the monitor to keep.
	if err := closeOnExec(3); err != nil {
		return 0, err
	}
	err = failpoint.Around("spawn monitor", func() error {
		pid, err = syscall.ForkExec("/proc/self/exe", words, &syscall.ProcAttr{
			Dir: "/", Env: os.Environ(), Files: descriptors, Sys: &syscall.SysProcAttr{Setsid: true},
		})
		return err
	})
	return pid, err
}

func (m *monitorProcess) start(record *Record) error {
	err := failpoint.Around("greet monitor", func() error {
		return m.connection.SendJSON(attach.Hello, &attach.Greeting{
			Output: !record.Detached, Trace: m.connection.Trace != nil, Counts: !record.Detached && record.Process.Stdin,
		})
	})
	if err != nil {
		return fmt.Errorf("starting monitor: %w", err)
	}
	return m.connection.Await()
}

// adopt leaves the container that has been started to its monitor.
func (m *monitorProcess) adopt() {
	if m.hosted != nil {
		m.hosted.decide(false)
	}
}

// end ends a monitor, and with it its program, and waits until it has ended.
// What the container has is left to the caller.
func (m *monitorProcess) end() {
	if m.hosted != nil {
		m.hosted.decide(true)
		m.connection.Close()
		<-m.hosted.ended // with an error that was told, if it had one
		return
	}
	m.connection.Close()
	m.reference.signal(unix.SIGKILL) // the only error is that it has ended
	m.reference.awaitEnd(killPatience)
}

func socketPair() (ours net.Conn, theirs *os.File, err error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	own := os.NewFile(uintptr(pair[0]), "monitor")
	theirs = os.NewFile(uintptr(pair[1]), "command")
	defer own.Close()
	if ours, err = net.FileConn(own); err != nil {
		theirs.Close()
	}
	return ours, theirs, err
}
