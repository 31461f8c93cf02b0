package bridge

import (
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// isHairpin tells whether a port sends a packet back out of where it came from.
// It is in the link's own description, which the library does not read for ports
// of a bridge.
func isHairpin(port netlink.Link) (bool, error) {
	header := nl.NewIfInfomsg(unix.AF_UNSPEC)
	header.Index = int32(port.Attrs().Index)
	request := nl.NewNetlinkRequest(unix.RTM_GETLINK, 0)
	request.AddData(header)
	value, err := ask(request, unix.RTM_NEWLINK, header.Len(), unix.IFLA_LINKINFO, unix.IFLA_INFO_SLAVE_DATA, nl.IFLA_BRPORT_MODE)
	return len(value) > 0 && value[0] == 1, err
}
