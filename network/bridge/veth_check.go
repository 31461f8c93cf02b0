package bridge

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/vishvananda/netlink"

	"mydocker/internal/shell"
	"mydocker/network"
	"mydocker/resource"
)

// Check looks at the host's end and, where the sandbox is known, at the
// container's.
func (v *Veth) Check() (resource.Status, error) { return steadily(v.check) }

func (v *Veth) check() (resource.Status, error) {
	host, err := openHost()
	if err != nil {
		return resource.Status{}, err
	}
	defer host.Close()
	link, err := find(host, v.Name)
	switch {
	case err != nil:
		return resource.Status{}, err
	case link == nil:
		return resource.Status{State: resource.Absent}, nil
	case !isVethOf(link, v.Instance):
		return resource.Status{State: resource.Foreign, Detail: foreign(link).Error()}, nil
	}
	faults, err := v.outerFaults(host, link)
	if err != nil || v.Sandbox == "" {
		return status(faults), err
	}
	inner, err := v.innerFaults()
	return status(append(faults, inner...)), err
}

func (v *Veth) outerFaults(host *netlink.Handle, link netlink.Link) ([]string, error) {
	bridge, err := find(host, v.Bridge)
	if err != nil {
		return nil, err
	}
	var faults []string
	if !isUp(link) {
		faults = append(faults, "it is down")
	}
	if bridge == nil || link.Attrs().MasterIndex != bridge.Attrs().Index {
		return append(faults, fmt.Sprintf("it is not attached to bridge %q", v.Bridge)), nil
	}
	turns, err := isHairpin(link)
	if err == nil && !turns {
		faults = append(faults, "packets cannot turn around on it (hairpin is off)")
	}
	return faults, err
}

// innerFaults compares the container's end with what configure makes of it.
func (v *Veth) innerFaults() ([]string, error) {
	sandbox, err := network.OpenSandbox(v.Sandbox)
	if err != nil {
		return nil, err
	}
	defer sandbox.Close()
	handle, err := sandbox.Netlink()
	if err != nil {
		return nil, err
	}
	defer handle.Close()
	link, err := find(handle, inside)
	switch {
	case err != nil:
		return nil, err
	case link == nil:
		return []string{fmt.Sprintf("the container has no %s", inside)}, nil
	case !isUp(link):
		return []string{fmt.Sprintf("%s in the container is down", inside)}, nil
	}
	var faults []string
	has, err := hasAddress(handle, link, v.Address)
	if err == nil && !has {
		faults = append(faults, fmt.Sprintf("%s in the container lacks the address %s", inside, v.Address))
	}
	routed, routeErr := hasDefaultRoute(handle, v.Gateway)
	if routeErr == nil && !routed {
		faults = append(faults, fmt.Sprintf("the container has no default route via %s", v.Gateway))
	}
	return faults, errors.Join(err, routeErr)
}

func hasDefaultRoute(sandbox *netlink.Handle, gateway netip.Addr) (bool, error) {
	wanted := &netlink.Route{Gw: gateway.AsSlice()}
	routes, err := sandbox.RouteListFiltered(netlink.FAMILY_V4, wanted, netlink.RT_FILTER_GW)
	for _, route := range routes {
		if route.Dst == nil {
			return true, err
		}
		if ones, _ := route.Dst.Mask.Size(); ones == 0 {
			return true, err
		}
	}
	return false, err
}

// Explain needs the shell variable PID: the container's first process.
func (v *Veth) Explain() resource.Steps {
	return resource.Steps{
		Create: v.createSteps(),
		// It goes with the container's network namespace, unless something
		// else keeps that.
		Remove: []string{"ip link del " + shell.Quote(v.Name) + " 2>/dev/null || :"},
	}
}

// createSteps are none for a pair of which no more than the name is known.
func (v *Veth) createSteps() []string {
	if !v.Address.IsValid() {
		return nil
	}
	name := shell.Quote(v.Name)
	enter := "nsenter --net=/proc/$PID/ns/net "
	steps := []string{
		"ip link add " + name + " type veth peer name " + inside + " address " + network.MACOf(v.Address.Addr()).String() + " netns $PID",
		"ip link set " + name + " addrgenmode none 2>/dev/null || :", // a host without IPv6
		"ip link set " + name + " address " + hostEndMAC().String() + " master " + shell.Quote(v.Bridge) + " up",
		"ip link set " + name + " alias " + shell.Quote(v.Instance.Label()),
		"ip link set " + name + " type bridge_slave hairpin on",
		enter + "ip link set lo up",
	}
	if !v.IPv6 {
		steps = append(steps, "[ ! -e /proc/sys/net/ipv6 ] || "+enter+"sysctl -qw "+dotted(withoutIPv6(inside))+"=1")
	}
	return append(steps,
		enter+"ip addr add "+v.Address.String()+" dev "+inside+" broadcast +",
		enter+"ip link set "+inside+" up",
		enter+"ip route add default via "+v.Gateway.String(),
	)
}
