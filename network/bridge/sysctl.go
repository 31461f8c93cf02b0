package bridge

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"strings"
	"sync"

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

// bridgeSettings are what packets need to cross a bridge (linux/ip.h): it passes them on,
// which a new link does where the default says so, and also those with an address in
// 127.0.0.0/8, which is what makes a published port answer on localhost. One look tells of
// all.
func bridgeSettings(bridge string) []setting {
	look := sync.OnceValues(func() ([]byte, error) { return settingsOf(bridge) })
	one := func(name string, number int) setting {
		return setting{"net/ipv4/conf/" + bridge + "/" + name, func() (bool, error) {
			found, err := look()
			return isSet(found, number), err
		}}
	}
	const forwarding, routeLocalnet = 1, 26 // IPV4_DEVCONF_FORWARDING, IPV4_DEVCONF_ROUTE_LOCALNET
	return []setting{one("forwarding", forwarding), one("route_localnet", routeLocalnet)}
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

// settingsOf reads the settings of a link for IPv4, which are an array in the link's own
// description (IFLA_INET_CONF).
func settingsOf(name string) ([]byte, error) {
	header := nl.NewIfInfomsg(unix.AF_UNSPEC)
	request := nl.NewNetlinkRequest(unix.RTM_GETLINK, unix.NLM_F_ACK)
	request.AddData(header)
	request.AddData(nl.NewRtAttr(unix.IFLA_IFNAME, nl.ZeroTerminated(name)))
	return ask(request, unix.RTM_NEWLINK, header.Len(), unix.IFLA_AF_SPEC, unix.AF_INET, unix.IFLA_INET_CONF)
}

// isSet looks for a setting in the array, whose first has the number 1.
func isSet(settings []byte, number int) bool {
	return len(settings) >= 4*number && binary.NativeEndian.Uint32(settings[4*(number-1):]) == 1
}
