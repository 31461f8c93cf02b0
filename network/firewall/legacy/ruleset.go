package legacy

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"

	"mydocker/network/firewall"
)

// Ruleset lists the chains of all tables, whoever made them.
func (f Firewall) Ruleset() (firewall.Ruleset, error) {
	output, err := f.run("", "iptables-save")
	if err != nil {
		return nil, fmt.Errorf("listing firewall rules: %w", err)
	}
	return parseRuleset(output, f.command()), nil
}

// command is how a person calls this kind of iptables.
func (f Firewall) command() string {
	if strings.HasPrefix(filepath.Base(f.Program), "xtables-legacy") {
		return "iptables-legacy"
	}
	return "iptables" // before version 1.8 there was no other
}

func parseRuleset(output, command string) firewall.Ruleset {
	var rules firewall.Ruleset
	chains := map[string]*firewall.Chain{} // of the current table
	var table string
	for text := range strings.Lines(output) {
		text = strings.TrimSuffix(text, "\n")
		switch {
		case strings.HasPrefix(text, "*"):
			table = text[1:]
			chains = map[string]*firewall.Chain{}
		case strings.HasPrefix(text, ":"):
			c := parseChain(table, text[1:])
			chains[c.Name] = c
			rules = append(rules, c)
		case strings.HasPrefix(text, "-A "):
			words := split(text)
			if c := chains[nameIn(words)]; c != nil {
				rule := parseForeign(words, chains)
				rule.Delete = fmt.Sprintf("%s -t %s -D %s %d", command, table, c.Name, len(c.Rules)+1)
				c.Rules = append(c.Rules, rule)
			}
		}
	}
	return rules
}

func nameIn(words []string) string {
	if len(words) < 2 {
		return ""
	}
	return words[1]
}

// parseChain reads "CHAIN POLICY [packets:bytes]". A chain that is jumped to has
// the policy "-".
func parseChain(table, text string) *firewall.Chain {
	name, rest, _ := strings.Cut(text, " ")
	policy, _, _ := strings.Cut(rest, " ")
	c := &firewall.Chain{Family: "legacy", Table: table, Name: name, Kind: "filter", Policy: firewall.Policy(policy)}
	if policy == "-" {
		return c
	}
	c.Hook = name
	// linux/netfilter_ipv4.h, enum nf_ip_hook_priorities
	c.Priority = map[string]int{"raw": -300, "mangle": -150, "nat": -100, "filter": 0, "security": 50}[table]
	if table == "nat" {
		c.Kind = "nat"
	}
	return c
}

// parseForeign reads the words of anybody's rule. What it does not know is more
// than a firewall.Rule can say, with all words up to the next option.
func parseForeign(words []string, chains map[string]*firewall.Chain) firewall.ListedRule {
	rule := firewall.ListedRule{Rule: firewall.Rule{Chain: words[1]}, Text: strings.Join(words[2:], " ")}
	rule.Owner, _ = ownerOf(words)
	for rest := words[2:]; len(rest) > 0; {
		not := rest[0] == "!"
		if not {
			rest = rest[1:]
		}
		if len(rest) == 0 {
			break
		}
		option := rest[0]
		rest = rest[1:]
		var values []string
		for len(rest) > 0 && rest[0] != "!" && !strings.HasPrefix(rest[0], "-") {
			values, rest = append(values, rest[0]), rest[1:]
		}
		if option == "-j" || option == "-g" {
			rule.Outcome, rule.Jump = outcomeOf(option, values, chains)
			return rule // what follows belongs to the target
		}
		if len(values) != 1 || !parseMatch(&rule, option, values[0], not) {
			rule.More = true
		}
	}
	return rule
}

func parseMatch(rule *firewall.ListedRule, option, value string, not bool) bool {
	switch option {
	case "-m":
		return true // its options follow; one without any is more
	case "--comment":
		return true
	case "-i", "-o":
		if strings.HasSuffix(value, "+") {
			return false
		}
	case "-s", "-d":
		if _, err := netip.ParsePrefix(value); err != nil {
			return false
		}
	case "--dport":
		if _, err := strconv.ParseUint(value, 10, 16); err != nil {
			return false
		}
	case "--ctstate", "--state":
		return !not && parseStates(rule, value)
	}
	return parseOption(&rule.Rule, option, value, not)
}

func parseStates(rule *firewall.ListedRule, value string) bool {
	for word := range strings.SplitSeq(value, ",") {
		state, known := map[string]firewall.StateSet{
			"NEW": firewall.New, "ESTABLISHED": firewall.Established, "RELATED": firewall.Related,
			"INVALID": firewall.Invalid, "UNTRACKED": firewall.Untracked,
			"DNAT": firewall.DestinationTranslated, "SNAT": firewall.SourceTranslated,
		}[word]
		if !known {
			return false
		}
		rule.States |= state
	}
	return true
}

func outcomeOf(option string, values []string, chains map[string]*firewall.Chain) (firewall.Outcome, string) {
	if len(values) == 0 {
		return firewall.Continues, ""
	}
	name := values[0]
	switch name {
	case "ACCEPT":
		return firewall.Accepts, ""
	case "DROP", "REJECT":
		return firewall.Drops, ""
	case "RETURN":
		return firewall.Returns, ""
	case "DNAT", "SNAT", "MASQUERADE", "REDIRECT", "NETMAP", "TPROXY":
		return firewall.Translates, ""
	}
	if chains[name] == nil {
		return firewall.Continues, "" // LOG, MARK and the like
	}
	if option == "-g" {
		return firewall.Goes, name
	}
	return firewall.Jumps, name
}
