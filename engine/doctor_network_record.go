package engine

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"mydocker/network"
	"mydocker/network/bridge"
	"mydocker/network/firewall/iptables"
	"mydocker/network/ipam"
	"mydocker/resource"
	"mydocker/state"
)

func (l *look) judgeNetworkRecord(name string, cause error) error {
	switch {
	case errors.As(cause, new(*state.NewerError)):
		l.reportNewer("network", l.networkPath(name), "", name)
	case errors.As(cause, new(*state.CorruptError)):
		l.report(Finding{
			Class: Broken, Kind: "network", Object: fmt.Sprintf("state file %q", l.networkPath(name)), Network: name,
			Detail: causeOf(cause), Why: "no container can join the network, and it cannot be removed",
			mend: func() (string, error) { return l.restoreNetwork(name) },
		})
	default:
		return cause
	}
	return nil
}

// restoreNetwork writes a network's record again. Its bridge tells the subnet,
// or one of its containers, whose address and gateway are recorded. Where
// neither does, what there is of the network on the host goes. What could not be
// read is set aside.
func (e *Engine) restoreNetwork(name string) (done string, err error) {
	lock, err := e.lockNetwork(name)
	if err != nil {
		return "", err
	}
	defer lock.Release()
	if _, err := e.Network(name); !errors.As(err, new(*state.CorruptError)) {
		return "", err // somebody has written it again
	}
	gateway, source, err := e.gatewayOf(name)
	if err != nil {
		return "", err
	}
	place, err := e.Layout.SetAside(e.networkPath(name), "network-"+name)
	if err != nil {
		return "", err
	}
	if gateway.IsValid() {
		again := &network.Network{
			Name: name, Driver: network.BridgeDriver, Subnet: gateway.Masked(), Gateway: gateway.Addr(), Created: time.Now(),
		}
		return fmt.Sprintf("it was written again from %s; %s", source, setAside(place)), e.saveNetwork(again)
	}
	remains := resource.Set{&ipam.Pool{Directory: e.Layout.Leases(name)}, &iptables.Rules{Owner: name}}
	return setAside(place), remains.Remove(nil)
}

// gatewayOf finds the gateway of a network, with the subnet's mask, without its
// record.
func (e *Engine) gatewayOf(name string) (gateway netip.Prefix, source string, err error) {
	gateway, err = (&bridge.Bridge{Name: name, Instance: e.mark()}).FindAddress()
	if err != nil || gateway.IsValid() {
		return gateway, fmt.Sprintf("bridge %q", name), err
	}
	containers, _ := e.List() // those that can be read
	for _, found := range containers {
		set, err := found.Record.runtime()
		if err != nil {
			continue
		}
		for _, r := range set {
			if veth, ok := r.(*bridge.Veth); ok && veth.Bridge == name {
				return netip.PrefixFrom(veth.Gateway, veth.Address.Bits()), fmt.Sprintf("the record of container %q", found.Record.Name), nil
			}
		}
	}
	return netip.Prefix{}, "", nil
}
