package network

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// narrowest is the longest mask of a subnet with room for a gateway and one
// container beside its network and broadcast addresses.
const narrowest = 30

// ParseSubnet reads an IPv4 subnet such as 10.10.10.1/24. The gateway is the
// address before the slash, or the first host when that is no host's address.
func ParseSubnet(text string) (subnet netip.Prefix, gateway netip.Addr, err error) {
	given, err := parsePrefix(text)
	if err == nil {
		err = checkUsable(given)
	}
	if err != nil {
		return netip.Prefix{}, netip.Addr{}, fmt.Errorf("parsing subnet %q: %w", text, err)
	}
	subnet = given.Masked()
	first, last := Hosts(subnet)
	gateway = given.Addr()
	if gateway.Less(first) || last.Less(gateway) {
		gateway = first
	}
	return subnet, gateway, nil
}

func parsePrefix(text string) (netip.Prefix, error) {
	host, mask, found := strings.Cut(text, "/")
	if !found {
		return netip.Prefix{}, errors.New("the mask is missing; write it as in 10.10.10.1/24")
	}
	address, err := netip.ParseAddr(host)
	switch {
	case err != nil:
		return netip.Prefix{}, fmt.Errorf("%q is not an IP address; write it as in 10.10.10.1/24", host)
	case !address.Is4():
		return netip.Prefix{}, errors.New("IPv6 is not supported yet; choose an IPv4 subnet such as 10.10.10.1/24")
	}
	bits, err := strconv.ParseUint(mask, 10, 8)
	if err != nil || bits > 32 {
		return netip.Prefix{}, errors.New("mask must be 0 to 32")
	}
	return netip.PrefixFrom(address, int(bits)), nil
}

// checkUsable refuses prefixes in which containers cannot live. The blocks are
// those of the IANA IPv4 Special-Purpose Address Registry (RFC 6890).
func checkUsable(prefix netip.Prefix) error {
	if prefix.Bits() > narrowest {
		return fmt.Errorf("a /%d has no room for a gateway and a container; use a mask of at most %d", prefix.Bits(), narrowest)
	}
	for _, reserved := range []struct {
		first byte
		next  byte
		bits  int
		use   string
	}{
		{0, 0, 8, `for "this network"`},
		{127, 0, 8, "for loopback"},
		{169, 254, 16, "for link-local addresses"},
		{224, 0, 4, "for multicast"},
		{240, 0, 4, "for future use"},
	} {
		block := netip.PrefixFrom(netip.AddrFrom4([4]byte{reserved.first, reserved.next}), reserved.bits)
		if prefix.Overlaps(block) {
			return fmt.Errorf("it reaches into %s, which is reserved %s; choose a private subnet such as 10.10.10.1/24", block, reserved.use)
		}
	}
	return nil
}

// Hosts gives the first and the last host address of an IPv4 subnet: those
// between its network and its broadcast address.
func Hosts(subnet netip.Prefix) (first, last netip.Addr) {
	subnet = subnet.Masked()
	broadcast := subnet.Addr().As4()
	for bit := subnet.Bits(); bit < 32; bit++ {
		broadcast[bit/8] |= 0x80 >> (bit % 8)
	}
	return subnet.Addr().Next(), netip.AddrFrom4(broadcast).Prev()
}
