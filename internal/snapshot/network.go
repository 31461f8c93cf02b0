package snapshot

import (
	"errors"
	"fmt"
	"net"

	"github.com/vishvananda/netlink"
)

func readLinks(Scope) ([]string, error) {
	links, err := whole(netlink.LinkList)
	if err != nil {
		return nil, err
	}
	names := linkNames(links)
	var lines []string
	for _, link := range links {
		attributes := link.Attrs()
		line := fmt.Sprintf("%s %s", attributes.Name, link.Type())
		if attributes.Flags&net.FlagUp != 0 {
			line += " up"
		}
		if attributes.MasterIndex != 0 {
			line += " master " + names[attributes.MasterIndex]
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func readAddresses(Scope) ([]string, error) {
	links, err := whole(netlink.LinkList)
	if err != nil {
		return nil, err
	}
	addresses, err := whole(func() ([]netlink.Addr, error) { return netlink.AddrList(nil, netlink.FAMILY_ALL) })
	if err != nil {
		return nil, err
	}
	names := linkNames(links)
	var lines []string
	for _, address := range addresses {
		if !followsLink(address.IP) {
			lines = append(lines, fmt.Sprintf("%s dev %s", address.IPNet, names[address.LinkIndex]))
		}
	}
	return lines, nil
}

func readRoutes(Scope) ([]string, error) {
	links, err := whole(netlink.LinkList)
	if err != nil {
		return nil, err
	}
	// A filter by table 0 gives the routes of every table.
	routes, err := whole(func() ([]netlink.Route, error) {
		return netlink.RouteListFiltered(netlink.FAMILY_ALL, &netlink.Route{}, netlink.RT_FILTER_TABLE)
	})
	if err != nil {
		return nil, err
	}
	names := linkNames(links)
	var lines []string
	for _, route := range routes {
		if route.Dst != nil && followsLink(route.Dst.IP) {
			continue
		}
		lines = append(lines, fmt.Sprintf("%v via %v dev %s src %v table %d",
			route.Dst, route.Gw, names[route.LinkIndex], route.Src, route.Table))
	}
	return lines, nil
}

// whole repeats a listing that the kernel says others have disturbed.
func whole[Object any](list func() ([]Object, error)) (found []Object, err error) {
	for range 100 {
		if found, err = list(); !errors.Is(err, netlink.ErrDumpInterrupted) {
			break
		}
	}
	return found, err
}

// followsLink tells whether the kernel itself makes and removes an address or
// a route, some time after the link's own state changes: IPv6 link-local and
// multicast. They say nothing that the link does not say.
func followsLink(ip net.IP) bool {
	return ip.To4() == nil && (ip.IsLinkLocalUnicast() || ip.IsMulticast())
}

func linkNames(links []netlink.Link) map[int]string {
	names := make(map[int]string, len(links))
	for _, link := range links {
		names[link.Attrs().Index] = link.Attrs().Name
	}
	return names
}
