package network

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"mydocker/internal/shell"
)

// occupied is a stretch of addresses that the host uses.
type occupied struct {
	prefix netip.Prefix
	what   string // "address" or "route"
	shown  string // how `ip` shows it
	link   int    // interface index, 0 for a route without one
	table  int    // of a route
}

func (o occupied) String() string {
	if link, err := net.InterfaceByIndex(o.link); err == nil {
		return fmt.Sprintf("%s %s of interface %q", o.what, o.shown, link.Name)
	}
	return fmt.Sprintf("%s %s of the host", o.what, o.shown)
}

// Claim is an address or a route on the host that shares addresses with a
// network and is not its bridge's.
type Claim struct {
	What   string // `route 10.10.0.0/16 of interface "tun0"`
	Prefix netip.Prefix
	Delete string // the shell line that deletes it
}

// Claims lists what overlaps with a network's subnet. bridge is the network's
// own interface.
func Claims(subnet netip.Prefix, bridge string) ([]Claim, error) {
	host, err := occupiedByHost()
	if err != nil {
		return nil, err
	}
	own, _ := net.InterfaceByName(bridge)
	var claims []Claim
	for _, taken := range host {
		if !taken.prefix.Overlaps(subnet) || own != nil && taken.link == own.Index || taken.follows(host) {
			continue
		}
		claims = append(claims, Claim{What: taken.String(), Prefix: taken.prefix, Delete: taken.deletion()})
	}
	return claims, nil
}

// follows tells whether a route is the one that the kernel makes for an address.
func (o occupied) follows(host []occupied) bool {
	return o.what == "route" && slices.ContainsFunc(host, func(other occupied) bool {
		return other.what == "address" && other.link == o.link && other.prefix == o.prefix
	})
}

func (o occupied) deletion() string {
	link, err := net.InterfaceByIndex(o.link)
	device := ""
	if err == nil {
		device = " dev " + shell.Quote(link.Name)
	}
	if o.what == "address" {
		return "ip addr del " + o.shown + device
	}
	if o.table != 0 && o.table != unix.RT_TABLE_MAIN {
		device += fmt.Sprintf(" table %d", o.table)
	}
	return "ip route del " + o.shown + device
}

// occupiedByHost reads every IPv4 address and route of the current network
// namespace.
func occupiedByHost() ([]occupied, error) {
	host, err := netlink.NewHandle(unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("reading the host's addresses: %w", err)
	}
	defer host.Close()
	addresses, err := dump(func() ([]netlink.Addr, error) { return host.AddrList(nil, netlink.FAMILY_V4) })
	if err != nil {
		return nil, fmt.Errorf("reading the host's addresses: %w", err)
	}
	// With the table filter set to "unspecified", the routes of all tables
	// come, not those of the main one alone.
	routes, err := dump(func() ([]netlink.Route, error) {
		return host.RouteListFiltered(netlink.FAMILY_V4, &netlink.Route{Table: unix.RT_TABLE_UNSPEC}, netlink.RT_FILTER_TABLE)
	})
	if err != nil {
		return nil, fmt.Errorf("reading the host's routes: %w", err)
	}
	return append(fromAddresses(addresses), fromRoutes(routes)...), nil
}

// dump repeats a listing that a change of the listed things has interrupted,
// and settles for what it has when they never hold still.
func dump[T any](list func() ([]T, error)) ([]T, error) {
	const attempts = 5
	for attempt := 1; ; attempt++ {
		all, err := list()
		if err == nil || attempt == attempts && errors.Is(err, netlink.ErrDumpInterrupted) {
			return all, nil
		}
		if !errors.Is(err, netlink.ErrDumpInterrupted) {
			return nil, err
		}
	}
}

func fromAddresses(addresses []netlink.Addr) []occupied {
	var taken []occupied
	for _, address := range addresses {
		for _, ipNet := range []*net.IPNet{address.IPNet, address.Peer} {
			if prefix, ok := prefixOf(ipNet); ok {
				taken = append(taken, occupied{prefix: prefix.Masked(), what: "address", shown: prefix.String(), link: address.LinkIndex})
			}
		}
	}
	return taken
}

// fromRoutes passes over what follows from addresses (local and broadcast
// routes) and over the default route, also where a VPN writes it as two halves
// (OpenVPN's redirect-gateway def1).
func fromRoutes(routes []netlink.Route) []occupied {
	const widestDefault = 1
	var taken []occupied
	for _, route := range routes {
		prefix, ok := prefixOf(route.Dst)
		if !ok || prefix.Bits() <= widestDefault || !claims(route.Type) {
			continue
		}
		taken = append(taken, occupied{prefix: prefix, what: "route", shown: prefix.String(), link: route.LinkIndex, table: route.Table})
	}
	return taken
}

// claims tells whether a route of that type decides where packets for its
// addresses go.
func claims(routeType int) bool {
	switch routeType {
	case unix.RTN_UNICAST, unix.RTN_BLACKHOLE, unix.RTN_UNREACHABLE, unix.RTN_PROHIBIT:
		return true
	}
	return false
}

func prefixOf(ipNet *net.IPNet) (netip.Prefix, bool) {
	if ipNet == nil {
		return netip.Prefix{}, false
	}
	address, ok := netip.AddrFromSlice(ipNet.IP.To4())
	bits, _ := ipNet.Mask.Size()
	return netip.PrefixFrom(address, bits), ok
}
