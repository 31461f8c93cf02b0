package network

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
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
// netlink socket was closed; netdevice.Devices do not hold it up so.
func (s *Sandbox) Netlink() (*netlink.Handle, error) {
	handle, err := netlink.NewHandleAt(s.Namespace, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("entering network namespace %q: %w", s.path, err)
	}
	return handle, nil
}

// Do does work in the sandbox, on a thread that comes back afterwards.
func (s *Sandbox) Do(work func() error) error {
	runtime.LockOSThread()
	home, err := s.enter()
	if err != nil {
		runtime.UnlockOSThread()
		return fmt.Errorf("entering network namespace %q: %w", s.path, err)
	}
	defer home.Close()
	err = work()
	if back := netns.Set(home); back != nil {
		// The thread stays locked: nobody else shall run in there.
		return errors.Join(err, fmt.Errorf("leaving network namespace %q: %w", s.path, back))
	}
	runtime.UnlockOSThread()
	return err
}

// enter moves the thread into the sandbox and gives where it was.
func (s *Sandbox) enter() (home netns.NsHandle, err error) {
	if home, err = netns.Get(); err != nil {
		return home, err
	}
	if err := netns.Set(s.Namespace); err != nil {
		home.Close()
		return home, err
	}
	return home, nil
}
