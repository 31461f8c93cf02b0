package firewall

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"unicode"
)

// maxInterface is IFNAMSIZ of linux/if.h without the final NUL.
const maxInterface = 15

// Validate refuses an owner or a rule that cannot be written.
func Validate(owner string, rules []Rule) error {
	if err := ValidateOwner(owner); err != nil {
		return err
	}
	for _, rule := range rules {
		if err := rule.Validate(); err != nil {
			return err
		}
	}
	return nil
}

// Validate refuses a rule that iptables would not take, or would take for
// another one.
func (r Rule) Validate() error {
	for _, objection := range []string{
		r.placeObjection(),
		prefixObjection("-s", r.Source),
		prefixObjection("-d", r.Destination),
		r.In.objection(),
		r.Out.objection(),
		r.portObjection(),
		r.matchObjection(),
		r.targetObjection(),
	} {
		if objection != "" {
			return fmt.Errorf("checking firewall rule for chain %q of table %q: %s", r.Chain, r.Table, objection)
		}
	}
	return nil
}

func (r Rule) placeObjection() string {
	if !slices.Contains(chainsOf(r.Table), r.Chain) {
		return "there is no such chain"
	}
	return ""
}

// chainsOf gives the chains of a table that mydocker has a use for.
func chainsOf(table Table) []string {
	switch table {
	case Raw:
		return []string{Prerouting, Output}
	case NAT:
		return []string{Prerouting, Output, Postrouting}
	case Filter:
		return []string{Forward, Output}
	}
	return nil
}

func prefixObjection(option string, prefix netip.Prefix) string {
	switch {
	case prefix == netip.Prefix{}:
		return ""
	case !prefix.IsValid() || !prefix.Addr().Is4():
		return fmt.Sprintf("%s %s is not IPv4", option, prefix)
	case prefix.Bits() == 0:
		return fmt.Sprintf("%s %s matches everything; leave it out", option, prefix)
	case prefix != prefix.Masked():
		return fmt.Sprintf("%s %s has bits outside its mask; use %s", option, prefix, prefix.Masked())
	}
	return ""
}

// objection refuses a name that is none for the kernel (dev_valid_name in
// net/core/dev.c) or that iptables reads as a pattern.
func (i Interface) objection() string {
	if i.Name == "" && !i.Not {
		return ""
	}
	badly := strings.ContainsFunc(i.Name, func(c rune) bool {
		return !unicode.IsGraphic(c) || unicode.IsSpace(c) || strings.ContainsRune("/:\"'`\\", c)
	})
	if badly || i.Name == "" || i.Name == "." || i.Name == ".." || len(i.Name) > maxInterface || strings.HasSuffix(i.Name, "+") {
		return fmt.Sprintf("%q is not the name of an interface", i.Name)
	}
	return ""
}

func (r Rule) portObjection() string {
	switch {
	case r.Protocol != "" && r.Protocol != TCP && r.Protocol != UDP:
		return fmt.Sprintf("protocol %q is unknown; use tcp or udp", r.Protocol)
	case r.Protocol == "" && r.DestinationPort != 0:
		return fmt.Sprintf("port %d needs a protocol", r.DestinationPort)
	}
	return ""
}

func (r Rule) matchObjection() string {
	if r.DestinationType != "" && r.DestinationType != Local && r.DestinationType != NotLocal {
		return fmt.Sprintf("address type %q is unknown; use %s", r.DestinationType, Local)
	}
	if r.States != "" && r.States != Translated && r.States != AnsweredOrTranslated {
		return fmt.Sprintf("connection states %q are unknown; use %s or %s", r.States, Translated, AnsweredOrTranslated)
	}
	return ""
}

func (r Rule) targetObjection() string {
	switch r.Target {
	case Accept, Drop:
	case Masquerade:
		if r.Table != NAT || r.Chain != Postrouting {
			return "MASQUERADE works in chain POSTROUTING of table nat alone"
		}
	case DNAT:
		if r.Table != NAT || r.Chain == Postrouting {
			return "DNAT works in the chains PREROUTING and OUTPUT of table nat alone"
		}
		return r.destinationObjection()
	default:
		return fmt.Sprintf("target %q is unknown", r.Target)
	}
	if r.To.IsValid() {
		return "only DNAT has a destination"
	}
	return ""
}

func (r Rule) destinationObjection() string {
	switch {
	case !r.To.IsValid() || !r.To.Addr().Is4() || r.To.Addr().IsUnspecified():
		return fmt.Sprintf("DNAT to %s: the destination is not an IPv4 address", r.To)
	case r.To.Port() == 0:
		return fmt.Sprintf("DNAT to %s: the port must be 1 to 65535", r.To)
	case r.Protocol == "" || r.DestinationPort == 0:
		return fmt.Sprintf("DNAT to %s: a port of the host is needed, 1 to 65535, and its protocol", r.To)
	}
	return ""
}
