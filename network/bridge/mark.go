// Package bridge is the driver of bridge networks: a Linux bridge on the host
// for each network, a veth pair for each container on it.
package bridge

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"mydocker/internal/instance"
	"mydocker/resource"
)

// A bridge is ours when its alias (ip-link(8)) says so; it also says which
// instance made it. The kernel takes no alias in the request that creates a
// link, but an interface group. Until a bridge has its alias it is in a group
// that nobody else uses, so that no crash leaves one of ours without a mark. Its
// hardware address cannot be the mark: a bridge that was given one shows no
// carrier while it has no ports.
const unfinishedGroup = 0x6d796472 // "mydr" in ASCII

func isOurBridge(link netlink.Link) bool {
	_, marked := instance.Read(link.Attrs().Alias)
	return link.Type() == bridgeType && (marked || link.Attrs().Group == unfinishedGroup)
}

// isBridgeOf tells whether an instance made a bridge. Of one that is unfinished
// its name alone tells.
func isBridgeOf(link netlink.Link, owner instance.Mark) bool {
	mark, marked := instance.Read(link.Attrs().Alias)
	return isOurBridge(link) && (!marked || mark.Same(owner))
}

// finishMark gives a bridge its alias, and the group of all other links back.
func finishMark(host *netlink.Handle, bridge netlink.Link, owner instance.Mark) error {
	if err := host.LinkSetAlias(bridge, owner.Label()); err != nil {
		return err
	}
	return host.LinkSetGroup(bridge, 0)
}

// A veth pair is ours when the host's end has this hardware address; its last
// five bytes are "mydkr" in ASCII. That all host's ends share one is on purpose:
// a bridge takes the lowest address among its ports, and containers remember
// it as their gateway's, so it should not change as ports come and go. The
// high first byte makes it give way to the address of a real network card, of
// which there is only one in the world. Which instance made it is in the alias.
func hostEndMAC() net.HardwareAddr { return net.HardwareAddr{0xfe, 'm', 'y', 'd', 'k', 'r'} }

func isOurVeth(link netlink.Link) bool {
	attributes := link.Attrs()
	return link.Type() == vethType && strings.HasPrefix(attributes.Name, vethPrefix) &&
		bytes.Equal(attributes.HardwareAddr, hostEndMAC())
}

// isVethOf tells whether an instance made a pair. One without a mark is what a
// crash left, or in the making; its name alone tells.
func isVethOf(link netlink.Link, owner instance.Mark) bool {
	mark, marked := instance.Read(link.Attrs().Alias)
	return isOurVeth(link) && (!marked || mark.Same(owner))
}

func foreign(link netlink.Link) error {
	err := &resource.ForeignError{Object: fmt.Sprintf("link %q (type %s)", link.Attrs().Name, link.Type())}
	if mark, marked := instance.Read(link.Attrs().Alias); marked {
		err.Owner = fmt.Sprintf("another mydocker (--run-root %s)", mark)
	}
	return err
}

// Link is a link on the host that a mydocker made.
type Link struct {
	Kind   string // BridgeKind or VethKind
	Name   string
	Owner  string        // the network's name, or the container's ID
	Mark   instance.Mark // whose it is
	Marked bool          // false while it is being made, or when a crash kept it from being finished
}

// Links lists the links of the current network namespace that mydocker made,
// this one or another, whether they are recorded or not.
func Links() ([]Link, error) {
	links, err := netlink.LinkList()
	for errors.Is(err, netlink.ErrDumpInterrupted) { // a link came or went meanwhile
		links, err = netlink.LinkList()
	}
	if err != nil {
		return nil, fmt.Errorf("listing links: %w", err)
	}
	var ours []Link
	for _, link := range links {
		if found, ok := readLink(link); ok {
			ours = append(ours, found)
		}
	}
	return ours, nil
}

func readLink(link netlink.Link) (found Link, ours bool) {
	found.Name = link.Attrs().Name
	found.Mark, found.Marked = instance.Read(link.Attrs().Alias)
	switch {
	case isOurBridge(link):
		found.Kind, found.Owner = BridgeKind, found.Name
	case isOurVeth(link):
		found.Kind, found.Owner = VethKind, strings.TrimPrefix(found.Name, vethPrefix)
	default:
		return Link{}, false
	}
	return found, true
}

// openHost gives a netlink socket in the current network namespace.
func openHost() (*netlink.Handle, error) {
	return netlink.NewHandle(unix.NETLINK_ROUTE)
}

// find gives nil for a link that does not exist.
func find(handle *netlink.Handle, name string) (netlink.Link, error) {
	link, err := handle.LinkByName(name)
	if errors.As(err, new(netlink.LinkNotFoundError)) {
		return nil, nil
	}
	return link, err
}

// deleteLink takes a link that has died meanwhile for deleted.
func deleteLink(handle *netlink.Handle, link netlink.Link) error {
	err := handle.LinkDel(link)
	if errors.Is(err, unix.ENODEV) {
		return nil
	}
	return err
}
