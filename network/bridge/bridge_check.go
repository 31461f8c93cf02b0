package bridge

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/vishvananda/netlink"

	"mydocker/internal/shell"
	"mydocker/resource"
)

// Check compares the kernel's bridge with the record, its address, its route and
// its setting.
func (b *Bridge) Check() (resource.Status, error) { return steadily(b.check) }

func (b *Bridge) check() (resource.Status, error) {
	host, err := openHost()
	if err != nil {
		return resource.Status{}, err
	}
	defer host.Close()
	link, err := find(host, b.Name)
	switch {
	case err != nil:
		return resource.Status{}, err
	case link == nil:
		return resource.Status{State: resource.Absent}, nil
	case !isBridgeOf(link, b.Instance):
		return resource.Status{State: resource.Foreign, Detail: foreign(link).Error()}, nil
	}
	faults, err := b.faults(host, link)
	return status(faults), err
}

func (b *Bridge) faults(host *netlink.Handle, link netlink.Link) ([]string, error) {
	var faults []string
	if !isUp(link) {
		faults = append(faults, "it is down")
	}
	has, err := hasAddress(host, link, b.Address)
	if err != nil {
		return nil, err
	}
	if !has {
		faults = append(faults, fmt.Sprintf("it lacks the address %s", b.Address))
	}
	routed, err := hasRoute(host, b.route(link))
	if err != nil {
		return nil, err
	}
	if isUp(link) && has && !routed {
		faults = append(faults, fmt.Sprintf("no route leads to %s over it", b.Address.Masked()))
	}
	for _, setting := range bridgeSettings(b.Name) {
		on, err := setting.isOn()
		if err != nil {
			return nil, err
		}
		if !on {
			faults = append(faults, fmt.Sprintf("sysctl %s is not 1", setting.path))
		}
	}
	return faults, nil
}

// hasRoute looks for a route to the same addresses over the same link.
func hasRoute(host *netlink.Handle, wanted netlink.Route) (bool, error) {
	found, err := host.RouteListFiltered(netlink.FAMILY_V4, &wanted, netlink.RT_FILTER_DST|netlink.RT_FILTER_OIF)
	return len(found) > 0, err
}

func hasAddress(handle *netlink.Handle, link netlink.Link, wanted netip.Prefix) (bool, error) {
	addresses, err := handle.AddrList(link, netlink.FAMILY_V4)
	for _, address := range addresses {
		if address.IPNet.String() == wanted.String() {
			return true, nil
		}
	}
	return false, err
}

// steadily repeats a look that a change of what is looked at has interrupted.
func steadily(look func() (resource.Status, error)) (found resource.Status, err error) {
	const attempts = 20
	for range attempts {
		if found, err = look(); !errors.Is(err, netlink.ErrDumpInterrupted) {
			break
		}
	}
	return found, err
}

func isUp(link netlink.Link) bool { return link.Attrs().Flags&net.FlagUp != 0 }

func status(faults []string) resource.Status {
	if len(faults) == 0 {
		return resource.Status{State: resource.Present}
	}
	return resource.Status{State: resource.Altered, Detail: strings.Join(faults, "; ")}
}

func (b *Bridge) Explain() resource.Steps {
	name := shell.Quote(b.Name)
	create := []string{
		"ip link add " + name + " type bridge",
		"ip link set " + name + " alias " + shell.Quote(b.Instance.Label()),
		"ip addr add " + b.Address.String() + " dev " + name + " broadcast +",
		"ip link set " + name + " up",
	}
	for _, setting := range bridgeSettings(b.Name) {
		create = append(create, setting.explain())
	}
	return resource.Steps{Create: create, Remove: []string{"ip link del " + name}}
}

// FindAddress gives the first IPv4 address that the bridge has on the host, with
// its mask. Where there is no such bridge of this instance, or it has none, it is
// the zero prefix.
func (b *Bridge) FindAddress() (netip.Prefix, error) {
	host, err := openHost()
	if err != nil {
		return netip.Prefix{}, err
	}
	defer host.Close()
	link, err := find(host, b.Name)
	if err != nil || link == nil || !isBridgeOf(link, b.Instance) {
		return netip.Prefix{}, err
	}
	addresses, err := host.AddrList(link, netlink.FAMILY_V4)
	if err != nil || len(addresses) == 0 {
		return netip.Prefix{}, err
	}
	return netip.ParsePrefix(addresses[0].IPNet.String())
}
