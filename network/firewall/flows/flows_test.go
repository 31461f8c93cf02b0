package flows

import (
	"net"
	"net/netip"
	"slices"
	"testing"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"mydocker/network/firewall"
)

func TestOnlyConversationsWithAPublishedPortOfThisHostAreForgotten(t *testing.T) {
	host := &filter{rules(firewall.UDP), []net.Addr{&net.IPNet{IP: net.IPv4(192, 0, 2, 1), Mask: net.CIDRMask(24, 32)}}}
	tests := map[string]struct {
		protocol uint8
		to       string
		port     uint16
		want     bool
	}{
		"to the host":         {unix.IPPROTO_UDP, "192.0.2.1", 5353, true},
		"to localhost":        {unix.IPPROTO_UDP, "127.0.0.9", 5353, true},
		"to another port":     {unix.IPPROTO_UDP, "192.0.2.1", 53, false},
		"to another host":     {unix.IPPROTO_UDP, "192.0.2.2", 5353, false},
		"by another protocol": {unix.IPPROTO_TCP, "192.0.2.1", 5353, false},
	}
	for name, test := range tests {
		flow := &netlink.ConntrackFlow{Forward: netlink.IPTuple{Protocol: test.protocol, DstIP: net.ParseIP(test.to), DstPort: test.port}}
		if got := host.MatchConntrackFlow(flow); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// Another service may have the port on another address.
func TestOfAPortOfOneAddressOnlyItsConversationsAreForgotten(t *testing.T) {
	host := &filter{rulesAt("127.0.0.1", firewall.UDP), []net.Addr{&net.IPNet{IP: net.IPv4(192, 0, 2, 1), Mask: net.CIDRMask(24, 32)}}}
	for to, want := range map[string]bool{"127.0.0.1": true, "127.0.0.9": false, "192.0.2.1": false} {
		flow := &netlink.ConntrackFlow{Forward: netlink.IPTuple{Protocol: unix.IPPROTO_UDP, DstIP: net.ParseIP(to), DstPort: 5353}}
		if got := host.MatchConntrackFlow(flow); got != want {
			t.Errorf("to %s: %t", to, got)
		}
	}
}

func TestCommandsAreForUDPAlone(t *testing.T) {
	want := []string{"conntrack -D -p udp --orig-port-dst 5353 2>/dev/null || true"}
	if got := Commands(rules(firewall.UDP)); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	want = []string{"conntrack -D -p udp --orig-dst 127.0.0.1 --orig-port-dst 5353 2>/dev/null || true"}
	if got := Commands(rulesAt("127.0.0.1", firewall.UDP)); !slices.Equal(got, want) {
		t.Errorf("of one address: %q", got)
	}
	if got := Commands(rules(firewall.TCP)); got != nil {
		t.Errorf("of TCP: %q", got)
	}
}

func rules(protocol firewall.Protocol) []firewall.Rule { return rulesAt("0.0.0.0", protocol) }

func rulesAt(hostIP string, protocol firewall.Protocol) []firewall.Rule {
	return firewall.ForPort(firewall.PublishedPort{
		Protocol: protocol, HostIP: netip.MustParseAddr(hostIP), HostPort: 5353,
		ContainerIP: netip.MustParseAddr("10.0.0.2"), ContainerPort: 53,
	})
}
