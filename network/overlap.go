package network

import (
	"errors"
	"fmt"
	"net/netip"
)

// CheckOverlap refuses a subnet that shares addresses with a known network or
// with an address or route of the host.
func CheckOverlap(subnet netip.Prefix, known []Network) error {
	host, err := occupiedByHost()
	if err != nil {
		return err
	}
	if holder := overlapping(subnet, known, host); holder != "" {
		return fmt.Errorf("choosing subnet %s: it overlaps with %s; choose another with --subnet", subnet, holder)
	}
	return nil
}

// FirstFree gives the first subnet, and the gateway in it, that shares no
// address with a known network or the host. The candidates are docker's:
// 172.20.0.0/16 to 172.31.0.0/16, then the sixteen /20 blocks of
// 192.168.0.0/16.
func FirstFree(known []Network) (subnet netip.Prefix, gateway netip.Addr, err error) {
	host, err := occupiedByHost()
	if err != nil {
		return netip.Prefix{}, netip.Addr{}, err
	}
	for _, candidate := range candidates() {
		if overlapping(candidate, known, host) == "" {
			first, _ := Hosts(candidate)
			return candidate, first, nil
		}
	}
	return netip.Prefix{}, netip.Addr{}, errors.New("choosing a subnet: 172.20.0.0/16 to 172.31.0.0/16 and 192.168.0.0/16 are all taken; give one with --subnet")
}

func candidates() []netip.Prefix {
	var all []netip.Prefix
	for second := byte(20); second <= 31; second++ {
		all = append(all, netip.PrefixFrom(netip.AddrFrom4([4]byte{172, second}), 16))
	}
	for sixteenth := range byte(16) {
		all = append(all, netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 168, sixteenth * 16}), 20))
	}
	return all
}

// overlapping names who has addresses of the subnet already. A network is
// named before its own bridge is.
func overlapping(subnet netip.Prefix, known []Network, host []occupied) string {
	for _, other := range known {
		if other.Subnet.Overlaps(subnet) {
			return fmt.Sprintf("network %q (%s)", other.Name, other.Subnet)
		}
	}
	for _, taken := range host {
		if taken.prefix.Overlaps(subnet) {
			return taken.String()
		}
	}
	return ""
}
