package engine

import (
	"net/netip"
	"strings"

	"mydocker/network"
	"mydocker/network/bridge"
	"mydocker/network/firewall"
	"mydocker/network/firewall/iptables"
	"mydocker/network/ipam"
	"mydocker/resource"
)

// networkResources are what a network is on the host.
func (e *Engine) networkResources(n *network.Network) resource.Set {
	return resource.Set{
		e.pool(n),
		bridge.Forwarding{},
		&bridge.Bridge{Name: n.Name, Address: n.GatewayPrefix(), Instance: e.mark()},
		&iptables.Rules{Owner: n.Name, Rules: firewall.ForNetwork(n.Name, n.Subnet)},
	}
}

func (e *Engine) pool(n *network.Network) *ipam.Pool {
	return &ipam.Pool{Directory: e.Layout.Leases(n.Name), Subnet: n.Subnet, Gateway: n.Gateway}
}

// endpointResources are what a container has on a network.
func (e *Engine) endpointResources(record *Record, n *network.Network) resource.Set {
	set := resource.Set{
		e.lease(record, n),
		&bridge.Veth{
			Name: "veth" + record.ID, Bridge: n.Name, Gateway: n.Gateway,
			Address: netip.PrefixFrom(record.Address, n.Subnet.Bits()), Instance: e.mark(), IPv6: record.wantsIPv6(),
		},
	}
	if len(record.Ports) > 0 {
		set = append(set, &iptables.Rules{Owner: record.ID, Rules: portRules(record)})
	}
	return set
}

// wantsIPv6 tells whether the user has asked for it, for all interfaces or for
// those that come later.
func (r *Record) wantsIPv6() bool {
	for name, value := range r.Sysctls {
		switch strings.ReplaceAll(name, "/", ".") {
		case "net.ipv6.conf.all.disable_ipv6", "net.ipv6.conf.default.disable_ipv6":
			if value == "0" {
				return true
			}
		}
	}
	return false
}

func (e *Engine) lease(record *Record, n *network.Network) *ipam.Lease {
	return &ipam.Lease{Directory: e.Layout.Leases(n.Name), Address: record.Address, Owner: record.ID}
}

func portRules(record *Record) []firewall.Rule {
	var rules []firewall.Rule
	for _, port := range record.Ports {
		rules = append(rules, firewall.ForPort(firewall.PublishedPort{
			Protocol: firewall.Protocol(port.Protocol), HostIP: port.HostIP, HostPort: port.HostPort,
			ContainerIP: record.Address, ContainerPort: port.ContainerPort,
		})...)
	}
	return rules
}
