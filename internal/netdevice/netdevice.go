// Package netdevice sets up the interfaces of a network namespace with the calls
// of netdevice(7).
package netdevice

import (
	"errors"
	"fmt"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Loopback is the first interface of every network namespace.
const Loopback = "lo"

// Devices are the interfaces of one network namespace.
type Devices struct {
	socket int
}

// Open gives those of the calling thread's network namespace, whichever one it
// is in afterwards. The caller closes them.
func Open() (*Devices, error) {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("opening a socket for interfaces: %w", err)
	}
	return &Devices{socket: socket}, nil
}

// Close closes the socket.
func (d *Devices) Close() { unix.Close(d.socket) }

// BringUp switches an interface on.
func (d *Devices) BringUp(name string) error {
	request, err := unix.NewIfreq(name)
	if err != nil {
		return fmt.Errorf("switching on %q: %w", name, err)
	}
	if err := unix.IoctlIfreq(d.socket, unix.SIOCGIFFLAGS, request); err != nil {
		return fmt.Errorf("switching on %q: %w", name, err)
	}
	request.SetUint16(request.Uint16() | unix.IFF_UP)
	if err := unix.IoctlIfreq(d.socket, unix.SIOCSIFFLAGS, request); err != nil {
		return fmt.Errorf("switching on %q: %w", name, err)
	}
	return nil
}

// SetAddress gives an interface its IPv4 address, with the broadcast address
// and the route that follow from its mask.
func (d *Devices) SetAddress(name string, address netip.Prefix) error {
	steps := []struct {
		call  uint
		value [4]byte
	}{
		{unix.SIOCSIFADDR, address.Addr().As4()}, // with the mask of its class
		{unix.SIOCSIFNETMASK, mask(address.Bits())},
	}
	for _, step := range steps {
		request, err := unix.NewIfreq(name)
		if err == nil {
			err = request.SetInet4Addr(step.value[:])
		}
		if err == nil {
			err = unix.IoctlIfreq(d.socket, step.call, request)
		}
		if err != nil {
			return fmt.Errorf("giving %q the address %s: %w", name, address, err)
		}
	}
	return nil
}

// AddDefaultRoute sends what is for elsewhere to a gateway. That it is there
// already is success.
func (d *Devices) AddDefaultRoute(gateway netip.Addr) error {
	route := routeEntry{
		destination: unix.RawSockaddrInet4{Family: unix.AF_INET},
		gateway:     unix.RawSockaddrInet4{Family: unix.AF_INET, Addr: gateway.As4()},
		mask:        unix.RawSockaddrInet4{Family: unix.AF_INET},
		flags:       unix.RTF_UP | unix.RTF_GATEWAY,
	}
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(d.socket), unix.SIOCADDRT, uintptr(unsafe.Pointer(&route)))
	if errno != 0 && !errors.Is(errno, unix.EEXIST) {
		return fmt.Errorf("adding the default route via %s: %w", gateway, errno)
	}
	return nil
}

// routeEntry is struct rtentry of linux/route.h.
type routeEntry struct {
	_           uintptr
	destination unix.RawSockaddrInet4
	gateway     unix.RawSockaddrInet4
	mask        unix.RawSockaddrInet4
	flags       uint16
	_           int16
	_           uintptr
	_           uintptr
	metric      int16
	device      uintptr
	mtu         uintptr
	window      uintptr
	irtt        uint16
}

// mask is a netmask in network byte order.
func mask(bits int) (value [4]byte) {
	for i := range bits {
		value[i/8] |= 0x80 >> (i % 8)
	}
	return value
}
