package bridge

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"mydocker/internal/instance"
	"mydocker/internal/members"
)

// Bridge is the host's side of a network: a bridge that is up and has the
// gateway's address.
type Bridge struct {
	Name     string
	Address  netip.Prefix // the gateway with the subnet's mask
	Instance instance.Mark
}

// Members implements members.Object.
func (b *Bridge) Members(list *members.List) {
	list.Always("name", &b.Name)
	list.Always("address", &b.Address)
	list.Given("instance", (*string)(&b.Instance))
}

const (
	// BridgeKind is the kind of a Bridge in state files.
	BridgeKind = "bridge"

	bridgeType = "bridge" // rtnl_link_ops.kind in net/bridge
)

func (b *Bridge) Kind() string   { return BridgeKind }
func (b *Bridge) String() string { return fmt.Sprintf("bridge %q", b.Name) }

// Create makes the bridge, or completes one of ours; where nothing is missing
// that takes two requests. A link of that name that this mydocker did not make is
// a *resource.ForeignError.
func (b *Bridge) Create() error {
	host, err := openHost()
	if err != nil {
		return err
	}
	defer host.Close()
	link, err := find(host, b.Name)
	switch {
	case err != nil:
		return err
	case link != nil && !isBridgeOf(link, b.Instance):
		return foreign(link)
	case link == nil:
		link, err = b.add(host)
	}
	if err == nil {
		err = b.complete(host, link)
	}
	if err != nil {
		return err
	}
	return b.pass()
}

// pass has packets cross the bridge.
func (b *Bridge) pass() error {
	for _, setting := range bridgeSettings(b.Name) {
		if err := setting.switchOn(); err != nil {
			return err
		}
	}
	return nil
}

// Mend also gives the bridge the route to its subnet back, which Create leaves
// to the kernel.
func (b *Bridge) Mend() error {
	if err := b.Create(); err != nil {
		return err
	}
	host, err := openHost()
	if err != nil {
		return err
	}
	defer host.Close()
	link, err := host.LinkByName(b.Name)
	if err != nil {
		return err
	}
	route := b.route(link)
	if err := host.RouteReplace(&route); err != nil {
		return fmt.Errorf("adding the route to %s: %w", b.Address.Masked(), err)
	}
	return nil
}

// route is the one that the kernel makes when a bridge gets its address, and
// takes away when it is switched off.
func (b *Bridge) route(link netlink.Link) netlink.Route {
	return netlink.Route{
		LinkIndex: link.Attrs().Index, Dst: ipNet(b.Address.Masked()), Src: b.Address.Addr().AsSlice(),
		Scope: netlink.SCOPE_LINK, Protocol: unix.RTPROT_KERNEL,
	}
}

// add makes a bridge that bears our mark from its first moment on.
func (b *Bridge) add(host *netlink.Handle) (netlink.Link, error) {
	attributes := netlink.NewLinkAttrs()
	attributes.Name = b.Name
	attributes.Group = unfinishedGroup
	link := &netlink.Bridge{LinkAttrs: attributes}
	return link, host.LinkAdd(link)
}

func (b *Bridge) complete(host *netlink.Handle, link netlink.Link) error {
	if link.Attrs().Group == unfinishedGroup {
		if err := finishMark(host, link, b.Instance); err != nil {
			return fmt.Errorf("marking it as mydocker's: %w", err)
		}
	}
	if err := addAddress(host, link, b.Address); err != nil {
		return err
	}
	if isUp(link) {
		return nil
	}
	if err := host.LinkSetUp(link); err != nil {
		return fmt.Errorf("switching it on: %w", err)
	}
	return nil
}

// addAddress also adds the broadcast address, and the kernel the route to the
// subnet. What the link has already is left as it is.
func addAddress(handle *netlink.Handle, link netlink.Link, address netip.Prefix) error {
	err := handle.AddrAdd(link, &netlink.Addr{IPNet: ipNet(address)})
	if err != nil && !errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("adding address %s: %w", address, err)
	}
	return nil
}

func ipNet(prefix netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: prefix.Addr().AsSlice(), Mask: net.CIDRMask(prefix.Bits(), prefix.Addr().BitLen())}
}

// Remove deletes the bridge, with its address and route. A link of that name
// that this mydocker did not make is left alone: ours is gone.
func (b *Bridge) Remove() error {
	host, err := openHost()
	if err != nil {
		return err
	}
	defer host.Close()
	link, err := find(host, b.Name)
	if err != nil || link == nil || !isBridgeOf(link, b.Instance) {
		return err
	}
	return deleteLink(host, link)
}
