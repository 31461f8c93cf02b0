package bridge

import (
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// ask gives the value of an attribute of the answer to a request: the last one of
// kinds, which lies in that of the kind before it. There is none where one of them
// is missing. Offset is where the attributes begin, in bytes.
func ask(request *nl.NetlinkRequest, answer uint16, offset int, kinds ...uint16) ([]byte, error) {
	answers, err := request.Execute(unix.NETLINK_ROUTE, answer)
	if err != nil || len(answers) == 0 || len(answers[0]) < offset {
		return nil, err
	}
	value := answers[0][offset:]
	for _, kind := range kinds {
		if value, err = attribute(value, kind); err != nil {
			return nil, err
		}
	}
	return value, nil
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
