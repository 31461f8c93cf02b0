package engine

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/attach"
)

// socketName is the control socket in a container's run-time directory.
const socketName = "attach.sock"

// socketPath gives a path by way of a directory's descriptor, because the
// address of a unix socket holds 107 bytes at most (unix(7)) and a run root
// may be longer.
func (e *Engine) socketPath(id string) (path string, directory *os.File, err error) {
	directory, err = os.Open(e.Layout.LiveContainer(id))
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", directory.Fd(), socketName), directory, nil
}

// listen opens the control socket, for root alone.
func (e *Engine) listen(id string) (*net.UnixListener, error) {
	path, directory, err := e.socketPath(id)
	if err != nil {
		return nil, err
	}
	defer directory.Close()
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	listener.SetUnlinkOnClose(false)
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

// dial connects to the monitor of a running container.
func (e *Engine) dial(id string, hello attach.Greeting) (*attach.Connection, error) {
	conn, err := e.connect(id)
	if err != nil {
		return nil, err
	}
	return greet(conn, hello), nil
}

func (e *Engine) connect(id string) (*net.UnixConn, error) {
	path, directory, err := e.socketPath(id)
	if err != nil {
		return nil, err
	}
	defer directory.Close()
	return net.DialUnix("unix", nil, &net.UnixAddr{Name: path, Net: "unix"})
}

// greet says what a client wants. A monitor that is ending may have hung up
// already; what it said before tells more than the error of this.
func greet(conn *net.UnixConn, hello attach.Greeting) *attach.Connection {
	connection := attach.NewConnection(conn)
	connection.SendJSON(attach.Hello, &hello)
	return connection
}

// acceptPause is how long a monitor rests that cannot let a client in, for want of
// descriptors or memory.
const acceptPause = 10 * time.Millisecond

// accept serves clients that come to the control socket, until it is closed to
// them.
func (m *monitor) accept() {
	defer close(m.closed)
	for {
		conn, err := m.listener.AcceptUnix()
		if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(acceptPause)
			continue
		}
		m.arriving.Add(1)
		go m.serve(conn)
	}
}

// helloPatience is how long a client may take to say what it wants.
const helloPatience = time.Second

func (m *monitor) serve(conn *net.UnixConn) {
	client := attach.NewConnection(conn)
	hello, ok := attach.Greeting{}, trusted(conn)
	if ok {
		conn.SetReadDeadline(time.Now().Add(helloPatience))
		hello, ok = client.Welcome()
		conn.SetReadDeadline(time.Time{})
	}
	if ok && hello.Record {
		client.SendJSON(attach.Record, &m.known)
	} else if ok {
		m.hub.Visit(client, hello)
	}
	m.arriving.Done()
	if !ok || hello.Record {
		client.Close()
		return
	}
	m.hub.Serve(client, hello, false)
}

// bidFarewell tells all clients of the end, those who are just coming as well.
func (m *monitor) bidFarewell(code byte) {
	m.listener.SetDeadline(time.Now())
	<-m.closed
	m.arriving.Wait()
	m.hub.End(code, m.visitorPatience())
	m.dismiss(code)
}

// visitorPatience is how long visitors may take to read the last of the output. A
// monitor of its own has time; a command's user waits for the command.
func (m *monitor) visitorPatience() time.Duration {
	if m.goesWithCommand() {
		return 2 * time.Second
	}
	return 0
}

// dismiss tells clients of the end who have come too late to be accepted. The
// socket has no name any more, so that these are all.
func (m *monitor) dismiss(code byte) {
	raw, err := m.listener.SyscallConn()
	if err != nil {
		return
	}
	raw.Control(func(listener uintptr) {
		for {
			fd, _, err := unix.Accept4(int(listener), unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK)
			if err != nil {
				return
			}
			unix.Write(fd, attach.Encode(attach.Frame{Kind: attach.Exited, Payload: []byte{code}}))
			unix.Close(fd)
		}
	})
}

// trusted tells whether a client is of the user that this monitor runs as.
func trusted(conn *net.UnixConn) bool {
	who, err := peer(conn)
	return err == nil && int(who.Uid) == os.Geteuid()
}

// peer tells who is at the other end of a connection: who has connected, or who
// listened there (SO_PEERCRED in unix(7)).
func peer(conn *net.UnixConn) (who *unix.Ucred, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	controlled := raw.Control(func(fd uintptr) {
		who, err = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	return who, errors.Join(controlled, err)
}
