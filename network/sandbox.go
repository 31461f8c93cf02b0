package network

import (
	"fmt"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// Loopback is lo: the first interface of every network namespace, with index 1
// (LOOPBACK_IFINDEX, net/flow.h).
func Loopback() netlink.Link {
	return &netlink.Device{LinkAttrs: netlink.LinkAttrs{Name: "lo", Index: 1}}
}

// BringUpLoopback switches lo on in the network namespace at a path such as
// /proc/4711/ns/net. The kernel gives it 127.0.0.1 and ::1.
func BringUpLoopback(sandbox string) error {
	handle, err := OpenSandbox(sandbox)
	if err != nil {
		return err
	}
	defer handle.Close()
	if err := handle.LinkSetUp(Loopback()); err != nil {
		return fmt.Errorf("switching on lo in %q: %w", sandbox, err)
	}
	return nil
}

// Sandbox is a netlink socket in a container's network namespace, and that
// namespace itself.
type Sandbox struct {
	*netlink.Handle
	Namespace netns.NsHandle
}

// OpenSandbox opens the network namespace at a path. The caller closes it.
func OpenSandbox(path string) (*Sandbox, error) {
	namespace, err := netns.GetFromPath(path)
	if err != nil {
		return nil, fmt.Errorf("opening network namespace %q: %w", path, err)
	}
	handle, err := netlink.NewHandleAt(namespace, unix.NETLINK_ROUTE)
	if err != nil {
		namespace.Close()
		return nil, fmt.Errorf("entering network namespace %q: %w", path, err)
	}
	return &Sandbox{Handle: handle, Namespace: namespace}, nil
}

// Close closes the socket and the namespace.
func (s *Sandbox) Close() {
	s.Handle.Close()
	s.Namespace.Close()
}
