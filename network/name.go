package network

import (
	"errors"
	"fmt"
	"strings"

	"github.com/vishvananda/netlink"
)

// maxName is IFNAMSIZ of linux/if.h without the final NUL: the bridge has the
// network's name.
const maxName = 15

// ValidateName refuses a network name that the kernel would not take for an
// interface, that a shell line would not survive, or that means something else
// to --network or to sysctl.
func ValidateName(name string) error {
	if objection := nameObjection(name); objection != "" {
		return fmt.Errorf("naming network %q: %s", name, objection)
	}
	return nil
}

func nameObjection(name string) string {
	switch {
	case name == "":
		return "the name is empty"
	case len(name) > maxName:
		return fmt.Sprintf("it has %d bytes and the bridge of that name can have %d; choose a shorter one", len(name), maxName)
	case !isAlphanumeric(name[0]):
		return "the first character must be a letter or a digit"
	}
	for _, character := range []byte(name) {
		if !isAlphanumeric(character) && character != '_' && character != '.' && character != '-' {
			return fmt.Sprintf("%q is not allowed; use letters, digits, '_', '.' and '-'", character)
		}
	}
	if looksLikeID(name) {
		return "it could be a container's ID, which names firewall rules as networks do; choose another name"
	}
	return reservation(name)
}

// looksLikeID tells whether a name is ten digits, as a container's ID is.
func looksLikeID(name string) bool {
	return len(name) == 10 && strings.Trim(name, "0123456789") == ""
}

// reservation says what a well-formed name is reserved for.
func reservation(name string) string {
	switch name {
	case "none", "host", "bridge":
		return "docker gives --network " + name + " a meaning of its own; choose another name"
	case "default", "all":
		return "/proc/sys/net/ipv4/conf/" + name + " has a meaning of its own; choose another name"
	}
	return ""
}

func isAlphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// CheckInterface refuses a network name that the host has an interface of.
func CheckInterface(name string) error {
	link, err := netlink.LinkByName(name)
	if errors.As(err, new(netlink.LinkNotFoundError)) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("looking for interface %q: %w", name, err)
	}
	return fmt.Errorf("naming network %q: the host has an interface of that name (type %s); choose another name", name, link.Type())
}
