// Package flows ends what the kernel remembers of conversations by UDP. It
// decides once where the packets of one go, and keeps to that for as long as they
// come, whatever the rules say meanwhile: who sent to a port before it was
// published would never reach the container, and who goes on when the container
// has ended would reach whoever has its address then.
package flows

import (
	"fmt"
	"net"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"mydocker/network/firewall"
)

// Forget has the kernel decide anew about the ports that rules publish by UDP.
// A kernel that cannot do so (CONFIG_NF_CT_NETLINK) forgets a conversation by
// itself, when it has been silent for half a minute or two.
func Forget(rules []firewall.Rule) {
	published := slices.DeleteFunc(slices.Clone(rules), func(rule firewall.Rule) bool { return !publishesUDP(rule) })
	if len(published) == 0 {
		return
	}
	addresses, _ := net.InterfaceAddrs()
	netlink.ConntrackDeleteFilters(netlink.ConntrackTable, unix.AF_INET, &filter{published, addresses})
}

func publishesUDP(rule firewall.Rule) bool {
	return rule.Target == firewall.DNAT && rule.Protocol == firewall.UDP
}

// filter finds what was sent to a published port of this host.
type filter struct {
	published []firewall.Rule
	addresses []net.Addr // of this host
}

// MatchConntrackFlow implements netlink.CustomConntrackFilter.
func (f *filter) MatchConntrackFlow(flow *netlink.ConntrackFlow) bool {
	to := flow.Forward
	return to.Protocol == unix.IPPROTO_UDP &&
		slices.ContainsFunc(f.published, func(rule firewall.Rule) bool {
			return rule.DestinationPort == to.DstPort && f.isFor(rule, to.DstIP)
		})
}

// isFor tells whether a rule is for packets to an address. On others of this host
// the same port may be somebody else's.
func (f *filter) isFor(rule firewall.Rule, ip net.IP) bool {
	if !rule.Destination.IsValid() {
		return f.isLocal(ip)
	}
	address, ok := netip.AddrFromSlice(ip)
	return ok && rule.Destination.Contains(address.Unmap())
}

func (f *filter) isLocal(ip net.IP) bool {
	return ip.IsLoopback() || slices.ContainsFunc(f.addresses, func(address net.Addr) bool {
		own, is := address.(*net.IPNet)
		return is && own.IP.Equal(ip)
	})
}

// Commands gives the shell lines for Forget; without conntrack(8) they do nothing.
func Commands(rules []firewall.Rule) []string {
	var commands []string
	for _, rule := range rules {
		if !publishesUDP(rule) || rule.Chain != firewall.Output {
			continue
		}
		to := ""
		if rule.Destination.IsValid() {
			to = " --orig-dst " + rule.Destination.Addr().String()
		}
		commands = append(commands, fmt.Sprintf("conntrack -D -p udp%s --orig-port-dst %d 2>/dev/null || true", to, rule.DestinationPort))
	}
	return commands
}
