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

func TestCommandsAreForUDPAlone(t *testing.T) {
	want := []string{"conntrack -D -p udp --orig-port-dst 5353 2>/dev/null || true"}
	if got := Commands(rules(firewall.UDP)); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := Commands(rules(firewall.TCP)); got != nil {
		t.Errorf("of TCP: %q", got)
	}
}

func rules(protocol firewall.Protocol) []firewall.Rule {
	return firewall.ForPort(firewall.PublishedPort{
		Protocol: protocol, HostPort: 5353, ContainerIP: netip.MustParseAddr("10.0.0.2"), ContainerPort: 53,
	})
}
