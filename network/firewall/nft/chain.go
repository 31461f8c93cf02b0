package nft

import (
	"slices"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"mydocker/network/firewall"
)

// hook is where a base chain stands in a packet's way.
type hook struct {
	kind     string // "filter" or "nat"
	number   uint32 // such as unix.NF_INET_PRE_ROUTING
	priority int32  // linux/netfilter_ipv4.h, enum nf_ip_hook_priorities
}

// hookOf gives the hook that iptables has for a chain.
func hookOf(table firewall.Table, chain string) hook {
	h := hook{kind: "filter", number: hookNumber(chain)}
	switch table {
	case firewall.Raw:
		h.priority = -300
	case firewall.NAT:
		h.kind, h.priority = "nat", -100
		if chain == firewall.Postrouting {
			h.priority = 100
		}
	}
	return h
}

func hookNumber(chain string) uint32 {
	switch chain {
	case firewall.Prerouting:
		return unix.NF_INET_PRE_ROUTING
	case firewall.Forward:
		return unix.NF_INET_FORWARD
	case firewall.Output:
		return unix.NF_INET_LOCAL_OUT
	}
	return unix.NF_INET_POST_ROUTING
}

// foundations gives the requests for the tables and chains that rules need and
// that are not there. A request for what is there would be harmless to a table
// and could clash with a chain.
func (s *socket) foundations(rules []firewall.Rule) ([]message, error) {
	there, err := s.chains()
	if err != nil {
		return nil, err
	}
	var messages []message
	for _, rule := range rules {
		chain := chainOf(rule)
		if slices.Contains(there, chain) {
			continue
		}
		there = append(there, chain)
		messages = append(messages, newTable(chain.table), newChain(chain))
	}
	return messages, nil
}

type chain struct {
	table firewall.Table
	name  string
}

// chains lists the chains of all IPv4 tables.
func (s *socket) chains() ([]chain, error) {
	var list []chain
	request := message{kind: unix.NFT_MSG_GETCHAIN, flags: unix.NLM_F_DUMP}
	err := s.get(request, func(answer []byte) error {
		var c chain
		err := eachAttribute(answer[generalHeader:], func(a *netlink.AttributeDecoder) {
			switch a.Type() {
			case unix.NFTA_CHAIN_TABLE:
				c.table = firewall.Table(a.String())
			case unix.NFTA_CHAIN_NAME:
				c.name = a.String()
			}
		})
		list = append(list, c)
		return err
	})
	return list, err
}

func newTable(name firewall.Table) message {
	return message{
		kind:       unix.NFT_MSG_NEWTABLE,
		flags:      unix.NLM_F_CREATE,
		attributes: attributes(text(unix.NFTA_TABLE_NAME, string(name))),
	}
}

// newChain leaves the policy unsaid: a new chain accepts, and one that
// somebody else makes at the same moment keeps the policy that it was given.
func newChain(c chain) message {
	h := hookOf(c.table, c.name)
	return message{
		kind:  unix.NFT_MSG_NEWCHAIN,
		flags: unix.NLM_F_CREATE,
		attributes: attributes(
			text(unix.NFTA_CHAIN_TABLE, string(c.table)),
			text(unix.NFTA_CHAIN_NAME, c.name),
			nested(unix.NFTA_CHAIN_HOOK,
				number(unix.NFTA_HOOK_HOOKNUM, h.number),
				number(unix.NFTA_HOOK_PRIORITY, uint32(h.priority))),
			text(unix.NFTA_CHAIN_TYPE, h.kind),
		),
	}
}
