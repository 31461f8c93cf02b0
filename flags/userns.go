package flags

import (
	"fmt"
	"strconv"
	"strings"
)

// The IDs of a container in a user namespace of its own: as many as people use
// in images, and room for the system's own accounts (adduser.conf(5)).
const (
	usualIDs  = 65536
	fewestIDs = 1024
	mostIDs   = 1 << 28
)

// Userns reads --userns: "host", or nothing, is the host's user namespace and
// gives 0; "auto" and "auto:size=N" are one of the container's own and give how
// many IDs it has.
func Userns(text string) (size uint32, err error) {
	kind, options, hasOptions := strings.Cut(text, ":")
	switch {
	case text == "" || text == "host":
		return 0, nil
	case text == "auto":
		return usualIDs, nil
	case kind != "auto" || !hasOptions:
		return 0, fmt.Errorf("parsing user namespace %q: must be host, auto or auto:size=N", text)
	}
	number, found := strings.CutPrefix(options, "size=")
	if !found {
		return 0, fmt.Errorf("parsing user namespace %q: unknown option %q; the only one is size=N", text, options)
	}
	wanted, err := strconv.ParseUint(number, 10, 32)
	if err != nil || wanted < fewestIDs || wanted > mostIDs {
		return 0, fmt.Errorf("parsing user namespace %q: the size must be %d to %d", text, fewestIDs, mostIDs)
	}
	return uint32(wanted), nil
}
