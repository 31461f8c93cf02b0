package network

import (
	"fmt"
	"runtime"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"

	"mydocker/internal/netdevice"
)

// Sandbox is a container's network namespace.
type Sandbox struct {
	Namespace netns.NsHandle
	path      string
}

// OpenSandbox opens the network namespace at a path such as /proc/4711/ns/net.
// The caller closes it.
func OpenSandbox(path string) (*Sandbox, error) {
	namespace, err := netns.GetFromPath(path)
	if err != nil {
		return nil, fmt.Errorf("opening network namespace %q: %w", path, err)
	}
	return &Sandbox{Namespace: namespace, path: path}, nil
}

// Close closes the namespace; sockets in it stay open.
func (s *Sandbox) Close() { s.Namespace.Close() }

// Netlink opens a netlink socket in the sandbox. The kernel lets a network
// namespace live on until a grace period, some ten milliseconds, after its last
// netlink socket was closed: Devices do not hold it up so.
func (s *Sandbox) Netlink() (*netlink.Handle, error) {
	handle, err := netlink.NewHandleAt(s.Namespace, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("entering network namespace %q: %w", s.path, err)
	}
	return handle, nil
}

// Devices opens a socket in the sandbox that sets its interfaces up.
func (s *Sandbox) Devices() (*netdevice.Devices, error) {
	devices, err := s.devices()
	if err != nil {
		return nil, fmt.Errorf("entering network namespace %q: %w", s.path, err)
	}
	return devices, nil
}

// devices makes the socket in the sandbox, where it stays, and comes back.
func (s *Sandbox) devices() (*netdevice.Devices, error) {
	runtime.LockOSThread()
	home, err := netns.Get()
	if err != nil {
		runtime.UnlockOSThread()
		return nil, err
	}
	defer home.Close()
	if err := netns.Set(s.Namespace); err != nil {
		runtime.UnlockOSThread()
		return nil, err
	}
	devices, err := netdevice.Open()
	if back := netns.Set(home); back != nil {
		if err == nil {
			devices.Close()
		}
		return nil, back // the thread stays locked: nobody else shall run in there
	}
	runtime.UnlockOSThread()
	return devices, err
}
