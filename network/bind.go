package network

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/sys/unix"
)

// binding gives a socket its address.
type binding func(fd int) error

func (m PortMapping) bind(fd int) error { return unix.Bind(fd, m.socketAddress()) }

// bindAhead is bind for an address that the host does not have yet.
func (m PortMapping) bindAhead(fd int) error {
	if err := unix.SetsockoptInt(fd, unix.SOL_IP, unix.IP_FREEBIND, 1); err != nil {
		return err
	}
	return m.bind(fd)
}

func reserve(mapping PortMapping, bind binding) (fd int, err error) {
	if mapping.Protocol == UDP {
		return reserveUDP(bind)
	}
	fd, err = bindTCP(bind)
	if errors.Is(err, unix.EADDRINUSE) && mapping.HostPort != 0 {
		return bindOverTimeWait(bind)
	}
	return fd, err
}

// bindTCP binds without SO_REUSEADDR: two sockets that have it set and do not
// listen may share a port (ip(7)), and ours never listens.
func bindTCP(bind binding) (int, error) { return opened(unix.SOCK_STREAM, bind) }

// bindOverTimeWait takes a port on which connections of a server that has
// ended are still in TIME_WAIT. That takes SO_REUSEADDR, which alone would let
// others share the port. Listening for a moment makes the kernel look for
// sharers again and forget that the port may be shared; the option is taken
// back before the listening ends, so that at any time one of the two keeps
// others out.
//
// Of rivals that begin to listen at the same moment the kernel refuses all. They
// try again, each after a pause of its own, until one is first.
func bindOverTimeWait(bind binding) (fd int, err error) {
	for range listenAttempts {
		if fd, err = listenOverTimeWait(bind); !errors.Is(err, errRival) {
			return fd, err
		}
		time.Sleep(rand.N(longestListenPause))
	}
	return -1, unix.EADDRINUSE
}

const (
	listenAttempts     = 20
	longestListenPause = time.Millisecond
)

// errRival says that a port could be bound, and that somebody else who shares
// it was listening or about to.
var errRival = errors.New("somebody else takes the port too")

func listenOverTimeWait(bind binding) (int, error) {
	return opened(unix.SOCK_STREAM, func(fd int) error {
		for _, step := range []func() error{
			func() error { return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1) },
			func() error { return bind(fd) },
			func() error { return listen(fd) },
			func() error { return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 0) },
			func() error { return unix.Shutdown(fd, unix.SHUT_RD) },
		} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
}

func listen(fd int) error {
	err := unix.Listen(fd, 0)
	if errors.Is(err, unix.EADDRINUSE) {
		return errRival
	}
	return err
}

// reserveUDP binds a socket that drops whatever it is sent: nobody reads it,
// and its queue should not fill.
func reserveUDP(bind binding) (int, error) {
	return opened(unix.SOCK_DGRAM, func(fd int) error {
		dropAll := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: 0}
		program := unix.SockFprog{Len: 1, Filter: &dropAll}
		if err := unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &program); err != nil {
			return err
		}
		return bind(fd)
	})
}

// opened gives a new IPv4 socket that prepare has worked on.
func opened(kind int, prepare func(fd int) error) (int, error) {
	fd, err := unix.Socket(unix.AF_INET, kind|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	if err := prepare(fd); err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

func (m PortMapping) socketAddress() unix.Sockaddr {
	return &unix.SockaddrInet4{Port: int(m.HostPort), Addr: m.bindAddress().As4()}
}

func boundPort(fd int) (uint16, error) {
	address, err := unix.Getsockname(fd)
	if err != nil {
		return 0, err
	}
	bound, ok := address.(*unix.SockaddrInet4)
	if !ok {
		return 0, fmt.Errorf("the kernel bound %T", address)
	}
	return uint16(bound.Port), nil
}
