package iptables

import (
	"net/netip"
	"os/exec"
	"strings"
	"testing"

	"mydocker/network/firewall"
	"mydocker/network/firewall/legacy"
	"mydocker/network/firewall/nft"
	"mydocker/network/internal/netnstest"
)

// variant is one kind of iptables, with the host's own programs for it.
type variant struct {
	firewall.Firewall
	command string // lists and changes rules by hand
	save    string
}

// onEach runs a test for each kind, in a network namespace of its own.
func onEach(t *testing.T, test func(t *testing.T, v variant)) {
	t.Helper()
	for _, v := range []variant{
		{nft.Firewall{}, "iptables-nft", "iptables-nft-save"},
		{legacy.Firewall{Program: "/usr/sbin/xtables-legacy-multi"}, "iptables-legacy", "iptables-legacy-save"},
	} {
		t.Run(v.command, func(t *testing.T) {
			netnstest.Enter(t)
			v.needed(t)
			test(t, v)
		})
	}
}

// needed skips where the host does not have this kind. To ask makes the table
// nat, as on every host where somebody has asked.
func (v variant) needed(t *testing.T) {
	t.Helper()
	output, err := exec.Command(v.command, "-t", "nat", "-S").CombinedOutput()
	if err != nil {
		t.Skipf("needs %s: %v: %s", v.command, err, output)
	}
}

// run runs the program by hand.
func (v variant) run(t *testing.T, arguments ...string) string {
	t.Helper()
	output, err := exec.Command(v.command, arguments...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v: %s", v.command, strings.Join(arguments, " "), err, output)
	}
	return string(output)
}

// rules gives what the program's own iptables-save lists, with a line for each
// rule and each policy that is not ACCEPT, sorted only by table.
func (v variant) rules(t *testing.T) string {
	t.Helper()
	output, err := exec.Command(v.save).Output()
	if err != nil {
		t.Fatalf("%s: %v", v.save, err)
	}
	byTable := make(map[string]string)
	var table string
	for line := range strings.Lines(string(output)) {
		switch {
		case line[0] == '*':
			table = strings.TrimSpace(line[1:])
		case line[0] == '-', line[0] == ':' && !strings.Contains(line, " ACCEPT "):
			byTable[table] += "-t " + table + " " + line
		}
	}
	return byTable["raw"] + byTable["nat"] + byTable["filter"]
}

// add adds rules and fails the test when that fails.
func (v variant) add(t *testing.T, owner string, rules []firewall.Rule) {
	t.Helper()
	if err := v.Add(owner, rules); err != nil {
		t.Fatal(err)
	}
}

func (v variant) remove(t *testing.T, owner string) {
	t.Helper()
	if err := v.Remove(owner); err != nil {
		t.Fatal(err)
	}
}

// networkRules are those of the article's network.
func networkRules() []firewall.Rule {
	return firewall.ForNetwork("testbr", netip.MustParsePrefix("10.10.10.0/24"))
}

// portRules are those of `-p 8080:80`, with the article's address.
func portRules() []firewall.Rule { return firewall.ForPort(port(firewall.TCP, "")) }

func port(protocol firewall.Protocol, hostIP string) firewall.PublishedPort {
	p := firewall.PublishedPort{
		Protocol:      protocol,
		HostPort:      8080,
		ContainerIP:   netip.MustParseAddr("10.10.10.4"),
		ContainerPort: 80,
	}
	if hostIP != "" {
		p.HostIP = netip.MustParseAddr(hostIP)
	}
	return p
}
