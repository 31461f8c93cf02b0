package network

import (
	"errors"
	"fmt"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// Reserve takes a host port, so that no other program and no other container
// can, until the returned file and its duplicates are closed. The mapping that
// comes back has the port that the kernel chose where the given one had 0.
//
// The file is a socket that is bound and does nothing else. Published packets
// pass it by: they are redirected before they would reach it. While no rule
// redirects them, a TCP connection is refused, as if nobody were there, and a
// UDP datagram is dropped.
//
// isComing tells which addresses the host does not have yet and will get before
// anything is published.
//
// A port that is taken is a *PortInUseError.
func Reserve(mapping PortMapping, isComing func(netip.Addr) bool) (*os.File, PortMapping, error) {
	fd, err := reserve(mapping, mapping.bind)
	if errors.Is(err, unix.EADDRNOTAVAIL) && isComing(mapping.HostIP) {
		fd, err = reserve(mapping, mapping.bindAhead)
	}
	switch {
	case errors.Is(err, unix.EADDRINUSE) && mapping.HostPort == 0:
		return nil, mapping, fmt.Errorf("publishing port %s: no %s port of the host is free; see net.ipv4.ip_local_port_range", mapping, mapping.Protocol)
	case errors.Is(err, unix.EADDRINUSE):
		return nil, mapping, &PortInUseError{Mapping: mapping, Holder: findHolder(mapping)}
	case errors.Is(err, unix.EADDRNOTAVAIL):
		return nil, mapping, fmt.Errorf("publishing port %s: %s is not an address of this host; see `ip address`", mapping.published(), mapping.HostIP)
	case errors.Is(err, unix.EACCES):
		return nil, mapping, fmt.Errorf("publishing port %s: ports below 1024 need root", mapping.published())
	case errors.Is(err, unix.EMFILE):
		return nil, mapping, fmt.Errorf("publishing port %s: each published port is held by an open file, and no more may be open; publish fewer, or raise `ulimit -n`", mapping.published())
	case err != nil:
		return nil, mapping, fmt.Errorf("publishing port %s: %w", mapping.published(), err)
	}
	file := os.NewFile(uintptr(fd), "reservation of port "+mapping.published())
	if mapping.HostPort, err = boundPort(fd); err != nil {
		file.Close()
		return nil, mapping, fmt.Errorf("publishing port %s: %w", mapping.published(), err)
	}
	return file, mapping, nil
}
