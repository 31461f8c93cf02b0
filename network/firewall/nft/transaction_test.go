package nft

import (
	"errors"
	"net/netip"
	"os/exec"
	"strings"
	"testing"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"mydocker/network/firewall"
	"mydocker/network/internal/netnstest"
)

func networkRules() []firewall.Rule {
	return firewall.ForNetwork("testbr", netip.MustParsePrefix("10.10.10.0/24"))
}

// save lists rules as iptables does.
func save(t *testing.T) string {
	t.Helper()
	output, err := exec.Command("iptables-nft-save").Output()
	if err != nil {
		t.Fatal(err)
	}
	var rules strings.Builder
	for line := range strings.Lines(string(output)) {
		if strings.HasPrefix(line, "-A") {
			rules.WriteString(line)
		}
	}
	return rules.String()
}

func withSocket(attempt func(s *socket) error) error { return once(attempt, (*socket).retire) }

// change commits messages as another program would that looks at nothing.
func change(t *testing.T, messages ...message) {
	t.Helper()
	err := withSocket(func(s *socket) error { return s.commit(0, messages) })
	if err != nil {
		t.Fatal(err)
	}
}

func deleteTable(name firewall.Table) message {
	return message{kind: unix.NFT_MSG_DELTABLE, attributes: attributes(text(unix.NFTA_TABLE_NAME, string(name)))}
}

// foreignRule is one that matches everything and has nothing but a counter.
func foreignRule(c chain) message {
	counter := attributes(text(unix.NFTA_EXPR_NAME, "counter"), nested(unix.NFTA_EXPR_DATA))
	list := nested(unix.NFTA_RULE_EXPRESSIONS, netlink.Attribute{Type: unix.NFTA_LIST_ELEM | unix.NLA_F_NESTED, Data: counter})
	return message{
		kind: unix.NFT_MSG_NEWRULE, flags: unix.NLM_F_CREATE | unix.NLM_F_APPEND,
		attributes: attributes(append(place(c), list)...),
	}
}

// Somebody deletes the table after our rules were listed, makes it anew, and
// puts a rule of their own in: it has the handle that ours had.
func TestAHandleThatNowMeansAForeignRuleIsNotDeleted(t *testing.T) {
	netnstest.Enter(t)
	place := chain{firewall.NAT, firewall.Postrouting}
	rule := networkRules()[len(networkRules())-1] // it stands in POSTROUTING
	if err := (Firewall{}).Add("testbr", []firewall.Rule{rule}); err != nil {
		t.Fatal(err)
	}

	var ours, theirs uint64
	attempts := 0
	err := persist(func(s *socket) error {
		attempts++
		generation, err := s.generation()
		if err != nil {
			return err
		}
		entries, err := s.entries(selection{owner: "testbr"})
		if err != nil {
			return err
		}
		if attempts == 1 {
			ours = entries[0].handle
			change(t, deleteTable(firewall.NAT), newTable(firewall.NAT), newChain(place), foreignRule(place))
			theirs = handles(t, place)[0]
		}
		return s.commit(generation, deleteMessages(entries))
	})
	if err != nil {
		t.Fatal(err)
	}
	if ours != theirs {
		t.Fatalf("the handles are %d and %d; the test needs equal ones", ours, theirs)
	}
	if attempts != 2 {
		t.Errorf("it took %d attempts, want 2", attempts)
	}
	if left := save(t); left != "-A POSTROUTING\n" {
		t.Errorf("there is now %q, want the foreign rule alone", left)
	}
}

// handles lists the handles of all rules of a chain.
func handles(t *testing.T, of chain) (list []uint64) {
	t.Helper()
	err := withSocket(func(s *socket) error {
		return s.get(listRequest(of), func(answer []byte) error {
			return eachAttribute(answer[generalHeader:], func(a *netlink.AttributeDecoder) {
				if a.Type() == unix.NFTA_RULE_HANDLE {
					list = append(list, a.Uint64())
				}
			})
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// A table with an owner is closed to everybody else, which makes the kernel
// refuse the rules of FORWARD after it has taken those of raw.
func TestAddingIsAllOrNothing(t *testing.T) {
	netnstest.Enter(t)
	s, err := open()
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(s.fd) // and with it the table goes
	const ownedTable = 2   // NFT_TABLE_F_OWNER of linux/netfilter/nf_tables.h
	owned := newTable(firewall.Filter)
	owned.attributes = append(owned.attributes, attributes(number(unix.NFTA_TABLE_FLAGS, ownedTable))...)
	if err := s.commit(0, []message{owned}); err != nil {
		t.Fatal(err)
	}

	err = Firewall{}.Add("testbr", networkRules())
	if !errors.Is(err, unix.EPERM) || !strings.Contains(err.Error(), `"testbr"`) {
		t.Errorf("got %v, want EPERM for the rules of testbr", err)
	}
	if found, err := (Firewall{}).Find("testbr"); len(found) != 0 || err != nil {
		t.Errorf("there are %d rules, %v", len(found), err)
	}
}

func TestATableThatWasDeletedIsGoneAndComesBack(t *testing.T) {
	netnstest.Enter(t)
	var f Firewall
	for range 2 {
		if err := f.Add("testbr", networkRules()); err != nil {
			t.Fatal(err)
		}
		change(t, deleteTable(firewall.NAT))
		if left := save(t); strings.Contains(left, "MASQUERADE") || !strings.Contains(left, "FORWARD") {
			t.Errorf("there is now %s", left)
		}
	}
	if err := f.Remove("testbr"); err != nil {
		t.Fatal(err)
	}
	if left := save(t); left != "" {
		t.Errorf("there is still %s", left)
	}
}

// A chain of the right name may have been made by somebody who wants it
// elsewhere in a packet's way. iptables puts its rules there, and so do we.
func TestAChainOfAnotherPriorityIsUsedAsItIs(t *testing.T) {
	netnstest.Enter(t)
	c := chain{firewall.NAT, firewall.Postrouting}
	hook := nested(unix.NFTA_CHAIN_HOOK, number(unix.NFTA_HOOK_HOOKNUM, unix.NF_INET_POST_ROUTING), number(unix.NFTA_HOOK_PRIORITY, 99))
	change(t, newTable(firewall.NAT), message{
		kind: unix.NFT_MSG_NEWCHAIN, flags: unix.NLM_F_CREATE, attributes: attributes(
			text(unix.NFTA_CHAIN_TABLE, "nat"), text(unix.NFTA_CHAIN_NAME, c.name), hook, text(unix.NFTA_CHAIN_TYPE, "nat")),
	})
	if err := (Firewall{}).Add("testbr", networkRules()); err != nil {
		t.Fatal(err)
	}
	if got := len(handles(t, c)); got != 3 {
		t.Errorf("the chain has %d rules, want 3", got)
	}
}

// Native rules, which iptables cannot list, are none of our business.
func TestForeignRulesOfAnyFormArePassedOver(t *testing.T) {
	netnstest.Enter(t)
	c := chain{firewall.Filter, firewall.Forward}
	withUserData := foreignRule(c)
	withUserData.attributes = append(withUserData.attributes,
		attributes(netlink.Attribute{Type: unix.NFTA_RULE_USERDATA, Data: []byte("mydocker:testbr\x00")})...)
	change(t, newTable(c.table), newChain(c), foreignRule(c), withUserData)
	if err := (Firewall{}).Add("testbr", networkRules()); err != nil {
		t.Fatal(err)
	}
	if err := (Firewall{}).Remove("testbr"); err != nil {
		t.Fatal(err)
	}
	if got := len(handles(t, c)); got != 2 {
		t.Errorf("of two foreign rules %d are left", got)
	}
}

// The format has to be byte for byte what the kernel expects, or it would read
// another rule. iptables checks that for matches; hooks it does not list.
func TestChainsStandWhereIptablesPutsThem(t *testing.T) {
	netnstest.Enter(t)
	rules := append(networkRules(), firewall.Rule{
		Table: firewall.NAT, Chain: firewall.Output, Target: firewall.DNAT, Protocol: firewall.TCP,
		DestinationPort: 1, To: netip.MustParseAddrPort("10.10.10.2:1"),
	}, firewall.Rule{
		Table: firewall.NAT, Chain: firewall.Prerouting, Target: firewall.DNAT, Protocol: firewall.TCP,
		DestinationPort: 1, To: netip.MustParseAddrPort("10.10.10.2:1"),
	})
	if err := (Firewall{}).Add("x", rules); err != nil {
		t.Fatal(err)
	}
	ours := hooks(t)
	change(t, deleteTable(firewall.Raw), deleteTable(firewall.NAT), deleteTable(firewall.Filter))
	for _, rule := range rules {
		if output, err := exec.Command("sh", "-c", strings.Replace(rule.AddCommand("x"), "iptables", "iptables-nft", 1)).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, output)
		}
	}
	for chain, want := range hooks(t) {
		if got, there := ours[chain]; there && got != want {
			t.Errorf("chain %s: our hook is %q, iptables makes %q", chain, got, want)
		}
	}
	if len(ours) != 5 {
		t.Errorf("there are %d chains, want 5", len(ours))
	}
}

// hooks gives, by table and chain, what the kernel says of its hook.
func hooks(t *testing.T) map[string]string {
	t.Helper()
	list := make(map[string]string)
	err := withSocket(func(s *socket) error {
		return s.get(message{kind: unix.NFT_MSG_GETCHAIN, flags: unix.NLM_F_DUMP}, func(answer []byte) error {
			var name, hook string
			err := eachAttribute(answer[generalHeader:], func(a *netlink.AttributeDecoder) {
				switch a.Type() {
				case unix.NFTA_CHAIN_TABLE, unix.NFTA_CHAIN_NAME:
					name += a.String() + " "
				case unix.NFTA_CHAIN_HOOK, unix.NFTA_CHAIN_POLICY, unix.NFTA_CHAIN_TYPE:
					hook += string(a.Bytes())
				}
			})
			list[name] = hook
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Else a kernel that dislikes one request would pass for one without rules.
func TestAnInvalidRequestIsNoLackOfSupport(t *testing.T) {
	netnstest.Enter(t)
	err := withSocket(func(s *socket) error {
		nameless := message{kind: unix.NFT_MSG_GETCHAIN}
		return s.get(nameless, func([]byte) error { return nil })
	})
	if !errors.Is(err, unix.EINVAL) || errors.Is(err, errUnsupported) {
		t.Errorf("got %v, want EINVAL", err)
	}
}
