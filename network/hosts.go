package network

import (
	"fmt"
	"net/netip"
	"strings"
)

// HostEntry is one line of /etc/hosts.
type HostEntry struct {
	Address netip.Addr
	Name    string
}

// HostsFile gives the content of a container's /etc/hosts (hosts(5)). The
// address is the container's own; without one, in a container that has only
// lo, its name leads to 127.0.1.1, as Debian has it for hosts without a
// permanent address.
func HostsFile(hostname string, address netip.Addr, extra ...HostEntry) []byte {
	var file strings.Builder
	file.WriteString("127.0.0.1\tlocalhost\n" +
		"::1\tlocalhost ip6-localhost ip6-loopback\n" +
		"fe00::\tip6-localnet\n" +
		"ff00::\tip6-mcastprefix\n" +
		"ff02::1\tip6-allnodes\n" +
		"ff02::2\tip6-allrouters\n")
	if !address.IsValid() {
		address = netip.AddrFrom4([4]byte{127, 0, 1, 1})
	}
	names := hostname
	if short, _, qualified := strings.Cut(hostname, "."); qualified {
		names += " " + short
	}
	for _, entry := range append([]HostEntry{{address, names}}, extra...) {
		fmt.Fprintf(&file, "%s\t%s\n", entry.Address, entry.Name)
	}
	return []byte(file.String())
}
