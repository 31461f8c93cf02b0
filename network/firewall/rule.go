// Package firewall holds the words that packet filtering is spoken in: rules
// as iptables has them, and which of them a network and a published port
// need. Its children carry the words out: nft writes them by netlink in the
// format of iptables-nft, legacy drives iptables-legacy, and iptables takes
// the one of the two that the host uses.
package firewall

import (
	"net/netip"

	"mydocker/internal/members"
)

// Rule is one rule in the words of iptables(8). The zero value of a match
// means that the rule has no such match. Rules are equal by ==.
type Rule struct {
	Table  Table
	Chain  string
	Insert bool // -I, at the top of the chain, instead of -A

	Source          netip.Prefix // -s, masked IPv4
	Destination     netip.Prefix // -d, masked IPv4
	In              Interface    // -i
	Out             Interface    // -o
	Protocol        Protocol     // -p
	DestinationType AddressType  // -m addrtype --dst-type
	States          States       // -m conntrack --ctstate
	DestinationPort uint16       // --dport; needs a protocol

	Target Target         // -j
	To     netip.AddrPort // --to-destination of DNAT
}

// Members implements members.Object.
func (r *Rule) Members(list *members.List) {
	list.Always("table", (*string)(&r.Table))
	list.Always("chain", &r.Chain)
	list.Given("insert", &r.Insert)
	list.Given("source", &r.Source)
	list.Given("destination", &r.Destination)
	list.Given("in", &r.In)
	list.Given("out", &r.Out)
	list.Given("protocol", (*string)(&r.Protocol))
	list.Given("destinationType", (*string)(&r.DestinationType))
	list.Given("states", (*string)(&r.States))
	list.Given("destinationPort", &r.DestinationPort)
	list.Always("target", (*string)(&r.Target))
	list.Given("to", &r.To)
}

// Table is a table of iptables.
type Table string

const (
	Raw    Table = "raw" // before connection tracking
	NAT    Table = "nat"
	Filter Table = "filter"
)

// The chains of the tables that packets enter by themselves.
const (
	Prerouting  = "PREROUTING"
	Forward     = "FORWARD"
	Output      = "OUTPUT"
	Postrouting = "POSTROUTING"
)

// Interface is a match for the name of an interface.
type Interface struct {
	Name string
	Not  bool // every interface but this one
}

// Members implements members.Object.
func (i *Interface) Members(list *members.List) {
	list.Always("name", &i.Name)
	list.Given("not", &i.Not)
}

// Protocol is a transport protocol that has ports.
type Protocol string

const (
	TCP Protocol = "tcp"
	UDP Protocol = "udp"
)

// AddressType is a class of addresses, as the kernel routes them.
type AddressType string

const (
	// Local is every address that the host itself has, 127.0.0.0/8 included.
	Local AddressType = "LOCAL"
	// NotLocal is every other.
	NotLocal AddressType = "! LOCAL"
)

// States is a set of connection states, any of which matches, written as
// iptables lists it.
type States string

const (
	// Translated are the connections whose destination was changed by DNAT.
	Translated States = "DNAT"
	// AnsweredOrTranslated are those, replies, and what belongs to a
	// connection that is known, such as ICMP errors.
	AnsweredOrTranslated States = "RELATED,ESTABLISHED,DNAT"
)

// Target is what becomes of a packet that matches.
type Target string

const (
	Accept     Target = "ACCEPT"
	Drop       Target = "DROP"
	Masquerade Target = "MASQUERADE"
	DNAT       Target = "DNAT"
)

// Policy is what becomes of a packet that no rule of a chain decides on.
type Policy string

const (
	PolicyAccept Policy = "ACCEPT"
	PolicyDrop   Policy = "DROP"
)

// Firewall is one way to the kernel's rules. Every rule that is added carries
// the comment of its owner, and no method touches a rule that carries none.
type Firewall interface {
	// Add adds the rules that the owner does not have yet: all or none.
	// Tables and chains that are missing are made, those that exist stay as
	// they are.
	Add(owner string, rules []Rule) error

	// Remove takes away everything that carries the owner's comment, in
	// whatever table, also what was altered by hand. None is success.
	Remove(owner string) error

	// Find gives the rules that carry the owner's comment.
	Find(owner string) ([]Found, error)

	// Owners gives everybody who has a rule, sorted.
	Owners() ([]string, error)

	// Ruleset gives everybody's rules.
	Ruleset() (Ruleset, error)
}
