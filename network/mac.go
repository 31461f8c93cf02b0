package network

import (
	"net"
	"net/netip"
)

// MACOf derives the hardware address of the container's interface that has an
// IPv4 address: 02:42 and its four bytes, as libnetwork does. An address that
// goes to the next container thus keeps its MAC, and no neighbour's ARP cache
// is ever wrong. What is no IPv4 address, as in a damaged record, has none.
func MACOf(address netip.Addr) net.HardwareAddr {
	if !address.Is4() {
		return nil
	}
	ip := address.As4()
	return net.HardwareAddr{0x02, 0x42, ip[0], ip[1], ip[2], ip[3]}
}
