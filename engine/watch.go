package engine

import (
	"errors"

	"mydocker/attach"
	"mydocker/internal/process"
)

// watch closes the channel when a container's run has ended and its monitor has
// cleaned up, or is dead. If the monitor tells how it ended, that comes first.
func (e *Engine) watch(id string, live *Live) <-chan int {
	ended := make(chan int, 1)
	go func() {
		defer close(ended)
		if code, err := e.watchSocket(id, live.Owner); err == nil {
			ended <- code
			return
		}
		if pidfd, err := process.Open(live.Owner.PID, live.Owner.Start); err == nil {
			defer pidfd.Close()
			awaitEnd(pidfd, forever)
		}
	}()
	return ended
}

// errNextRun says that the run that was to be watched is over.
var errNextRun = errors.New("somebody has started the container again")

// watchSocket waits for what a monitor says last. The socket is the container's:
// once this monitor is through, that of the next run may listen there.
func (e *Engine) watchSocket(id string, monitor Reference) (code int, err error) {
	conn, err := e.connect(id)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	if listener, err := peer(conn); err != nil || int(listener.Pid) != monitor.PID {
		return 0, errors.Join(err, errNextRun)
	}
	return awaitExit(greet(conn, attach.Greeting{Output: false}))
}

func awaitExit(connection *attach.Connection) (code int, err error) {
	for {
		frame, err := connection.Receive()
		if err != nil {
			return 0, err
		}
		if frame.Kind == attach.Exited && len(frame.Payload) == 1 {
			return int(frame.Payload[0]), nil
		}
	}
}
