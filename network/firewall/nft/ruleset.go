package nft

import (
	"errors"
	"fmt"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"mydocker/network/firewall"
)

// Ruleset lists the chains of all tables that IPv4 packets meet, whoever made
// them.
func (Firewall) Ruleset() (rules firewall.Ruleset, err error) {
	err = look(func(s *socket) error {
		if rules, err = s.baseAndOther(); err != nil {
			return err
		}
		return s.fill(rules)
	})
	if errors.Is(err, errUnsupported) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing firewall rules: %w", err)
	}
	return rules, nil
}

// drop is NF_DROP of linux/netfilter.h.
const drop = 0

// family names a family whose tables see IPv4 packets that are routed.
func family(answer []byte) string {
	switch answer[0] {
	case unix.NFPROTO_IPV4:
		return "ip"
	case unix.NFPROTO_INET:
		return "inet"
	}
	return ""
}

// baseAndOther lists all chains, without their rules.
func (s *socket) baseAndOther() (firewall.Ruleset, error) {
	var rules firewall.Ruleset
	request := message{kind: unix.NFT_MSG_GETCHAIN, flags: unix.NLM_F_DUMP, everywhere: true}
	err := s.get(request, func(answer []byte) error {
		c := &firewall.Chain{Family: family(answer), Policy: firewall.PolicyAccept}
		if c.Family == "" {
			return nil
		}
		rules = append(rules, c)
		return eachAttribute(answer[generalHeader:], func(a *netlink.AttributeDecoder) {
			switch a.Type() {
			case unix.NFTA_CHAIN_TABLE:
				c.Table = a.String()
			case unix.NFTA_CHAIN_NAME:
				c.Name = a.String()
			case unix.NFTA_CHAIN_TYPE:
				c.Kind = a.String()
			case unix.NFTA_CHAIN_POLICY:
				if a.Uint32() == drop {
					c.Policy = firewall.PolicyDrop
				}
			case unix.NFTA_CHAIN_HOOK:
				a.Do(func(hook []byte) error { return readHook(c, hook) })
			}
		})
	})
	return rules, err
}

func readHook(c *firewall.Chain, hook []byte) error {
	return eachAttribute(hook, func(a *netlink.AttributeDecoder) {
		switch a.Type() {
		case unix.NFTA_HOOK_PRIORITY:
			c.Priority = int(int32(a.Uint32()))
		case unix.NFTA_HOOK_HOOKNUM:
			switch a.Uint32() {
			case unix.NF_INET_PRE_ROUTING:
				c.Hook = firewall.Prerouting
			case unix.NF_INET_FORWARD:
				c.Hook = firewall.Forward
			case unix.NF_INET_LOCAL_OUT:
				c.Hook = firewall.Output
			case unix.NF_INET_POST_ROUTING:
				c.Hook = firewall.Postrouting
			}
		}
	})
}

// fill adds the rules to their chains.
func (s *socket) fill(rules firewall.Ruleset) error {
	request := message{kind: unix.NFT_MSG_GETRULE, flags: unix.NLM_F_DUMP, everywhere: true}
	return s.get(request, func(answer []byte) error {
		return readForeign(rules, family(answer), answer)
	})
}

// readForeign reads one rule of anybody. A chain that appeared since the chains
// were listed is passed over.
func readForeign(rules firewall.Ruleset, family string, answer []byte) error {
	var table, name string
	var handle uint64
	var expressions []byte
	err := eachAttribute(answer[generalHeader:], func(a *netlink.AttributeDecoder) {
		switch a.Type() {
		case unix.NFTA_RULE_TABLE:
			table = a.String()
		case unix.NFTA_RULE_CHAIN:
			name = a.String()
		case unix.NFTA_RULE_HANDLE:
			handle = a.Uint64()
		case unix.NFTA_RULE_EXPRESSIONS:
			expressions = append(expressions, a.Bytes()...)
		}
	})
	for _, c := range rules {
		if err == nil && c.Family == family && c.Table == table && c.Name == name {
			rule, err := describe(c, expressions)
			rule.Delete = deletion(c, handle)
			c.Rules = append(c.Rules, rule)
			return err
		}
	}
	return err
}

// deletion is the shell line that deletes a rule: of iptables where the table is
// one of its own.
func deletion(c *firewall.Chain, handle uint64) string {
	if c.Family == "ip" {
		switch firewall.Table(c.Table) {
		case firewall.Raw, "mangle", firewall.NAT, firewall.Filter, "security":
			return fmt.Sprintf("iptables -t %s -D %s %d", c.Table, c.Name, len(c.Rules)+1)
		}
	}
	return fmt.Sprintf("nft delete rule %s %s %s handle %d", c.Family, c.Table, c.Name, handle)
}
