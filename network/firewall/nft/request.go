package nft

import (
	"encoding/binary"
	"fmt"

	"github.com/google/nftables/expr"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"mydocker/network/firewall"
)

// addMessage is the request for a rule to be added.
func addMessage(owner string, r firewall.Rule) (message, error) {
	var list []netlink.Attribute
	for _, e := range expressions(owner, r) {
		data, err := expr.Marshal(unix.NFPROTO_IPV4, e)
		if err != nil {
			return message{}, err
		}
		list = append(list, netlink.Attribute{Type: unix.NFTA_LIST_ELEM | unix.NLA_F_NESTED, Data: data})
	}
	body := append(place(chainOf(r)), nested(unix.NFTA_RULE_EXPRESSIONS, list...))
	if r.Protocol != "" {
		// The modules tcp and udp are told by this for what protocol they run.
		body = append(body, nested(unix.NFTA_RULE_COMPAT,
			number(unix.NFTA_RULE_COMPAT_PROTO, uint32(protocolNumber(r.Protocol))),
			number(unix.NFTA_RULE_COMPAT_FLAGS, 0)))
	}
	flags := uint16(unix.NLM_F_CREATE | unix.NLM_F_APPEND)
	if r.Insert {
		flags = unix.NLM_F_CREATE
	}
	return message{kind: unix.NFT_MSG_NEWRULE, flags: flags, attributes: attributes(body...)}, nil
}

// addMessages are the requests for rules to be added, in the same order.
func addMessages(owner string, rules []firewall.Rule) ([]message, error) {
	messages := make([]message, 0, len(rules))
	for _, rule := range rules {
		m, err := addMessage(owner, rule)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", rule.AddCommand(owner), err)
		}
		messages = append(messages, m)
	}
	return messages, nil
}

// deleteMessages are the requests for rules to be deleted.
func deleteMessages(entries []entry) []message {
	var messages []message
	for _, e := range entries {
		messages = append(messages, deleteMessage(e))
	}
	return messages
}

func deleteMessage(e entry) message {
	handle := netlink.Attribute{Type: unix.NFTA_RULE_HANDLE, Data: binary.BigEndian.AppendUint64(nil, e.handle)}
	return message{kind: unix.NFT_MSG_DELRULE, attributes: attributes(append(place(chainOf(e.found.Rule)), handle)...)}
}

func chainOf(r firewall.Rule) chain { return chain{table: r.Table, name: r.Chain} }

// place names a table and a chain.
func place(c chain) []netlink.Attribute {
	return []netlink.Attribute{text(unix.NFTA_RULE_TABLE, string(c.table)), text(unix.NFTA_RULE_CHAIN, c.name)}
}
