package bridge

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"strings"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// setting is a sysctl of the current network namespace. It is written by /proc
// and read by netlink: beside a thousand network namespaces finding a file in
// /proc/sys/net takes half a millisecond.
type setting struct {
	path string // below /proc/sys
	isOn func() (bool, error)
}

// routeLocalnet lets packets with an address in 127.0.0.0/8 cross the bridge,
// which is what makes a published port answer on localhost.
func routeLocalnet(bridge string) setting {
	return setting{"net/ipv4/conf/" + bridge + "/route_localnet", func() (bool, error) { return routesLocalnet(bridge) }}
}

// switchOn writes only where there is something to change: /proc/sys may be
// read-only, and a write to ip_forward resets other settings.
func (s setting) switchOn() error {
	on, err := s.isOn()
	if err == nil && !on {
		err = os.WriteFile("/proc/sys/"+s.path, []byte("1"), 0)
	}
	if err != nil {
		return fmt.Errorf("switching on sysctl %s: %w", s.path, err)
	}
	return nil
}

func (s setting) explain() string { return "sysctl -w " + dotted(s.path) + "=1" }

// dotted writes dots for slashes, as people do, unless the name of a bridge has
// dots itself.
func dotted(path string) string {
	if strings.Contains(path, ".") {
		return path
	}
	return strings.ReplaceAll(path, "/", ".")
}

// forwards reads ip_forward: the setting of all interfaces (linux/netconf.h).
func forwards() (bool, error) {
	const ifindex, forwarding, all = 1, 2, math.MaxUint32 // NETCONFA_IFINDEX, NETCONFA_FORWARDING, NETCONFA_IFINDEX_ALL (-1)
	request := nl.NewNetlinkRequest(unix.RTM_GETNETCONF, unix.NLM_F_ACK)
	header := nl.NewRtGenMsg() // as struct netconfmsg
	header.Family = unix.AF_INET
	request.AddData(header)
	request.AddData(nl.NewRtAttr(ifindex, nl.Uint32Attr(all)))
	const answer = 0x50 // RTM_NEWNETCONF
	value, err := ask(request, answer, header.Len(), forwarding)
	return len(value) >= 4 && binary.NativeEndian.Uint32(value) == 1, err
}

// routesLocalnet reads route_localnet of a link, which is in the link's own
// description, in an array of all settings for IPv4 (linux/ip.h).
func routesLocalnet(name string) (bool, error) {
	const place = 26 - 1 // IPV4_DEVCONF_ROUTE_LOCALNET
	header := nl.NewIfInfomsg(unix.AF_UNSPEC)
	request := nl.NewNetlinkRequest(unix.RTM_GETLINK, unix.NLM_F_ACK)
	request.AddData(header)
	request.AddData(nl.NewRtAttr(unix.IFLA_IFNAME, nl.ZeroTerminated(name)))
	settings, err := ask(request, unix.RTM_NEWLINK, header.Len(), unix.IFLA_AF_SPEC, unix.AF_INET, unix.IFLA_INET_CONF)
	return len(settings) >= 4*(place+1) && binary.NativeEndian.Uint32(settings[4*place:]) == 1, err
}
