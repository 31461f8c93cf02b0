package bridge

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// A network carries IPv4 alone, and its rules know nothing else. Left to itself,
// the kernel gives each end of a pair an address in fe80::/64, by which a
// container reaches the host past those rules; it probes whether the address is
// free and asks for routers, which the bridge copies to all its ports. So the
// host's end gets none, and IPv6 is off for the container's, as docker has it.

// keepUnaddressed sets "addrgenmode none" (ip-link(8)). A host without IPv6 needs
// none of this.
func keepUnaddressed(host *netlink.Handle, end netlink.Link) error {
	err := host.LinkSetIP6AddrGenMode(end, nl.IN6_ADDR_GEN_MODE_NONE)
	if errors.Is(err, unix.EAFNOSUPPORT) {
		return nil
	}
	return err
}

// withoutIPv6 is the sysctl that switches IPv6 off for an interface of the network
// namespace that the writing thread is in.
func withoutIPv6(name string) string { return "net/ipv6/conf/" + name + "/disable_ipv6" }

func disableIPv6(name string) error {
	err := os.WriteFile("/proc/sys/"+withoutIPv6(name), []byte("1"), 0)
	if err == nil || errors.Is(err, fs.ErrNotExist) { // a host without IPv6
		return nil
	}
	return fmt.Errorf("switching IPv6 off for %s: %w", name, err)
}
