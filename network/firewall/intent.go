package firewall

import "net/netip"

// loopback are the addresses that mean the host itself to each host (RFC 1122
// section 3.2.1.3).
func loopback() netip.Prefix { return netip.PrefixFrom(netip.AddrFrom4([4]byte{127}), 8) }

// ForNetwork gives the rules of a bridge network. subnet is its IPv4 subnet.
//
// Containers reach the outside under the host's address. The accepts come
// first in FORWARD, because docker and many firewalls set its policy to DROP.
// Into the bridge come answers and what was addressed to a published port.
func ForNetwork(bridge string, subnet netip.Prefix) []Rule {
	subnet = subnet.Masked()
	here, elsewhere := Interface{Name: bridge}, Interface{Name: bridge, Not: true}
	return append(guards(here, elsewhere, subnet),
		Rule{Table: Filter, Chain: Forward, Insert: true, Out: here, States: AnsweredOrTranslated, Target: Accept},
		Rule{Table: Filter, Chain: Forward, Insert: true, In: here, Target: Accept},
		Rule{Table: NAT, Chain: Postrouting, Source: subnet, Out: elsewhere, Target: Masquerade},
		// A container that calls its own network's published port would get
		// the answer straight from its neighbour, under an address that it
		// never called. The answer must come back through the host.
		Rule{Table: NAT, Chain: Postrouting, Source: subnet, Out: here, States: Translated, Target: Masquerade},
		// A container cannot answer 127.0.0.1, which is itself.
		Rule{Table: NAT, Chain: Postrouting, Source: loopback(), Out: here, Target: Masquerade},
	)
}

// guards keep out what no accept of another network may let through. They
// stand in raw, which packets pass before anything translates addresses, so
// that what is for a published port still bears the host's.
//
// The first keeps other hosts and other networks from calling a container by
// its own address. The others keep the host's loopback closed to containers:
// a published port can be reached from 127.0.0.1 only with route_localnet on
// the bridge, and with that the kernel no longer drops what arrives there for
// 127.0.0.1, or says that it comes from there (CVE-2020-8558).
func guards(here, elsewhere Interface, subnet netip.Prefix) []Rule {
	return []Rule{
		{Table: Raw, Chain: Prerouting, Insert: true, In: elsewhere, Destination: subnet, DestinationType: NotLocal, Target: Drop},
		{Table: Raw, Chain: Prerouting, Insert: true, In: here, Source: loopback(), Target: Drop},
		{Table: Raw, Chain: Prerouting, Insert: true, In: here, Destination: loopback(), Target: Drop},
	}
}

// PublishedPort is a port of the host that leads to a port of a container.
type PublishedPort struct {
	Protocol      Protocol
	HostIP        netip.Addr // invalid or 0.0.0.0: every address of the host
	HostPort      uint16
	ContainerIP   netip.Addr // IPv4
	ContainerPort uint16
}

// ForPort gives the rules of a published port. PREROUTING sees what comes from
// other hosts and from containers, OUTPUT what the host itself sends.
//
// Nothing that comes over a wire has any business with a port of 127.0.0.1,
// and DNAT would send it on before the kernel drops it as a martian; such a
// port is published to the host alone.
func ForPort(port PublishedPort) []Rule {
	rule := Rule{
		Table:           NAT,
		Chain:           Prerouting,
		Protocol:        port.Protocol,
		DestinationPort: port.HostPort,
		Target:          DNAT,
		To:              netip.AddrPortFrom(port.ContainerIP, port.ContainerPort),
	}
	if port.HostIP.IsValid() && !port.HostIP.IsUnspecified() {
		rule.Destination = netip.PrefixFrom(port.HostIP, port.HostIP.BitLen())
	} else {
		rule.DestinationType = Local
	}
	fromHost := rule
	fromHost.Chain = Output
	if port.HostIP.IsLoopback() {
		return []Rule{fromHost}
	}
	return []Rule{rule, fromHost}
}
