package bridge

import (
	"fmt"
	"slices"
	"time"

	"github.com/vishvananda/netlink"
)

const (
	// readyPatience is how long a link may take to carry packets. It is a
	// matter of microseconds unless the host is very busy.
	readyPatience = 2 * time.Second
	readyPoll     = 500 * time.Microsecond
)

// awaitReady waits until a link carries packets: until it is in one of the
// given states. That a link's other end came up is worked off in the background
// ("linkwatch", net/core/link_watch.c); until then the bridge drops what its
// port receives, and TCP repeats a lost SYN only after a second. From Linux 6.8
// on, asking for a link works off what is pending for it, so that the first
// look finds it ready.
func awaitReady(host *netlink.Handle, name string, ready ...netlink.LinkOperState) error {
	deadline := time.Now().Add(readyPatience)
	for {
		link, err := host.LinkByName(name)
		if err != nil {
			return fmt.Errorf("looking for link %q: %w", name, err)
		}
		state := link.Attrs().OperState
		switch {
		case slices.Contains(ready, state):
			return nil
		case time.Now().After(deadline):
			return fmt.Errorf("waiting until link %q is up: it stays %s; see `ip link show %s`", name, state, name)
		}
		time.Sleep(readyPoll)
	}
}
