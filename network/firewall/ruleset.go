package firewall

import (
	"strconv"
	"strings"
)

// Ruleset is every program's rules that IPv4 packets meet, ours among them, for
// finding out whether ours have any effect.
type Ruleset []*Chain

// Chain is a list of rules. A base chain stands in the way of packets; the
// others are jumped to.
type Chain struct {
	Family string // of nf_tables, "ip" or "inet"; of the older interface "legacy"
	Table  string
	Name   string
	Kind   string // of a base chain: "filter", "nat" or "route"

	Hook     string // of a base chain: where it stands, such as Forward
	Priority int    // of a base chain: the lower one comes first
	Policy   Policy // of a base chain: what becomes of a packet that comes to its end

	Rules []ListedRule
}

// String names the chain for people.
func (c *Chain) String() string {
	return "chain " + c.Name + " of table " + c.Table + " (" + c.Family + ")"
}

// IsBase tells whether packets enter the chain by themselves.
func (c *Chain) IsBase() bool { return c.Hook != "" }

// ListedRule is a rule of anybody.
type ListedRule struct {
	Rule   Rule     // its matches, as far as a Rule can say them; the target does not count
	States StateSet // the connection states of which one must be, 0 for any
	Never  bool     // no IPv4 packet matches
	More   bool     // there are matches beside these

	Owner   string // whose it is, of ours
	Outcome Outcome
	Jump    string // the chain of a Jump or Goto
	Text    string // the rule in words
	Delete  string // the shell line that deletes it
}

// Outcome is what a rule does with a packet that matches.
type Outcome int

const (
	Continues  Outcome = iota // it goes on to the next rule
	Accepts                   // this base chain lets it pass
	Drops                     // or rejects
	Translates                // its addresses are changed, and this base chain lets it pass
	Returns                   // it goes on behind the jump to this chain
	Jumps                     // it goes through another chain first
	Goes                      // it goes through another chain and does not come back
)

// StateSet is a set of connection states.
type StateSet uint16

const (
	New StateSet = 1 << iota
	Established
	Related
	Invalid
	Untracked
	DestinationTranslated
	SourceTranslated
)

// String lists the states as iptables does.
func (s StateSet) String() string {
	var words []string
	for i, word := range []string{"NEW", "ESTABLISHED", "RELATED", "INVALID", "UNTRACKED", "DNAT", "SNAT"} {
		if s&(1<<i) != 0 {
			words = append(words, word)
		}
	}
	return strings.Join(words, ",")
}

// chain finds a chain that a rule jumps to.
func (s Ruleset) chain(from *Chain, name string) *Chain {
	for _, c := range s {
		if c.Family == from.Family && c.Table == from.Table && c.Name == name {
			return c
		}
	}
	return nil
}

// Place says where a rule stands, as iptables and nft number it: from 1.
func Place(c *Chain, index int) string {
	return "rule " + strconv.Itoa(index+1) + " of " + c.String()
}
