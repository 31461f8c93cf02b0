package bridge

import (
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// isHairpin tells whether a port sends a packet back out of where it came from.
// It is in the link's own description (IFLA_LINKINFO, IFLA_INFO_SLAVE_DATA),
// which the library does not read for ports of a bridge.
func isHairpin(port netlink.Link) (bool, error) {
	request := nl.NewNetlinkRequest(unix.RTM_GETLINK, 0)
	header := nl.NewIfInfomsg(unix.AF_UNSPEC)
	header.Index = int32(port.Attrs().Index)
	request.AddData(header)
	answers, err := request.Execute(unix.NETLINK_ROUTE, unix.RTM_NEWLINK)
	if err != nil || len(answers) == 0 {
		return false, err
	}
	value := answers[0][header.Len():]
	for _, kind := range []uint16{unix.IFLA_LINKINFO, unix.IFLA_INFO_SLAVE_DATA, nl.IFLA_BRPORT_MODE} {
		if value, err = attribute(value, kind); err != nil {
			return false, err
		}
	}
	return len(value) > 0 && value[0] == 1, nil
}

// attribute gives the value of the attribute of a kind; none where it is
// missing.
func attribute(data []byte, kind uint16) ([]byte, error) {
	all, err := nl.ParseRouteAttr(data)
	for _, found := range all {
		if found.Attr.Type&^unix.NLA_F_NESTED == kind {
			return found.Value, err
		}
	}
	return nil, err
}
