package legacy

import (
	"net/netip"
	"slices"
	"strconv"

	"mydocker/network/firewall"
)

// parseRule reads the words of a rule, "-A", its chain, and the rest. A word
// that no firewall.Rule can say makes the rule strange.
func parseRule(table firewall.Table, words []string) firewall.Found {
	place := firewall.Rule{Table: table, Chain: words[1]}
	rule := place
	for rest := words[2:]; len(rest) > 0; {
		not := rest[0] == "!"
		if not {
			rest = rest[1:]
		}
		if len(rest) < 2 || !parseOption(&rule, rest[0], rest[1], not) {
			return firewall.Found{Rule: place, Strange: true}
		}
		rest = rest[2:]
	}
	return firewall.Found{Rule: rule, Strange: rule.Target == ""}
}

// parseOption reads one option and its value, and tells whether it could.
func parseOption(rule *firewall.Rule, option, value string, not bool) bool {
	switch option {
	case "-i":
		rule.In = firewall.Interface{Name: value, Not: not}
		return true
	case "-o":
		rule.Out = firewall.Interface{Name: value, Not: not}
		return true
	case "--dst-type":
		rule.DestinationType = firewall.AddressType(value)
		if not {
			rule.DestinationType = "! " + rule.DestinationType
		}
		return true
	}
	return !not && parsePlain(rule, option, value)
}

// parsePlain reads the options that our rules do not negate.
func parsePlain(rule *firewall.Rule, option, value string) (ok bool) {
	var err error
	switch option {
	case "-s":
		rule.Source, err = netip.ParsePrefix(value)
	case "-d":
		rule.Destination, err = netip.ParsePrefix(value)
	case "-p":
		rule.Protocol = firewall.Protocol(value)
	case "-m":
		return slices.Contains([]string{"addrtype", "conntrack", "comment", "tcp", "udp"}, value)
	case "--ctstate":
		rule.States = firewall.States(value)
	case "--comment": // read by ownerOf
	case "--dport":
		var port uint64
		port, err = strconv.ParseUint(value, 10, 16)
		rule.DestinationPort = uint16(port)
	case "-j":
		rule.Target = firewall.Target(value)
	case "--to-destination":
		rule.To, err = netip.ParseAddrPort(value)
	default:
		return false
	}
	return err == nil
}
