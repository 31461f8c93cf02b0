package firewall

import (
	"cmp"
	"slices"
)

// Decision is what decides on a packet in one base chain: a rule or, when none
// does, the chain's policy.
type Decision struct {
	Chain   *Chain // where the rule stands, or whose policy it is
	Index   int    // of the rule; -1 for the policy
	Outcome Outcome
}

// Rule gives the rule that decides; nil for the policy.
func (d Decision) Rule() *ListedRule {
	if d.Index < 0 {
		return nil
	}
	return &d.Chain.Rules[d.Index]
}

// trip is the way of a packet through one base chain.
type trip struct {
	rules  Ruleset
	packet Packet

	// doubts are decisions of rules that may match, before the one that does.
	doubts []Decision
	lost   bool // it may have returned from a chain early
}

// deepest is how many jumps the kernel follows (NFT_JUMP_STACK_SIZE).
const deepest = 16

// follow gives what surely decides on a packet in a base chain, unless one of
// the doubts has done so before.
func (t *trip) follow(base *Chain) Decision {
	if decided, found := t.walk(base, true, 0); found {
		return decided
	}
	outcome := Accepts
	if base.Policy == PolicyDrop {
		outcome = Drops
	}
	return Decision{Chain: base, Index: -1, Outcome: outcome}
}

// walk goes through a chain. sure says that the packet surely comes there.
func (t *trip) walk(c *Chain, sure bool, depth int) (Decision, bool) {
	for i := range c.Rules {
		rule := &c.Rules[i]
		match := rule.matches(t.packet)
		if match == no {
			continue
		}
		certain := sure && match == yes
		switch rule.Outcome {
		case Returns:
			if certain {
				return Decision{}, false
			}
			t.lost = true
		case Jumps, Goes:
			decided, found := t.jump(c, rule, certain, depth)
			if found || certain && rule.Outcome == Goes {
				return decided, found
			}
		case Accepts, Drops, Translates:
			decided := Decision{Chain: c, Index: i, Outcome: rule.Outcome}
			if certain {
				return decided, true
			}
			t.doubts = append(t.doubts, decided)
		}
	}
	return Decision{}, false
}

func (t *trip) jump(c *Chain, rule *ListedRule, certain bool, depth int) (Decision, bool) {
	target := t.rules.chain(c, rule.Jump)
	if target == nil || depth == deepest {
		t.lost = true
		return Decision{}, false
	}
	return t.walk(target, certain, depth+1)
}

// bases gives the base chains of a kind at a hook, in the order in which packets
// meet them.
func (s Ruleset) bases(hook string, isNAT bool) []*Chain {
	var found []*Chain
	for _, c := range s {
		if c.Hook == hook && (c.Kind == "nat") == isNAT {
			found = append(found, c)
		}
	}
	slices.SortStableFunc(found, func(a, b *Chain) int { return cmp.Compare(a.Priority, b.Priority) })
	return found
}

// Dropped gives what surely keeps a packet from passing a hook, that is not
// ours. A chain's accept is no help against the drop of another.
func (s Ruleset) Dropped(p Packet) (Decision, bool) {
	for _, base := range s.bases(p.Hook, false) {
		t := trip{rules: s, packet: p}
		decided := t.follow(base)
		accepted := slices.ContainsFunc(t.doubts, func(d Decision) bool { return d.Outcome != Drops })
		if decided.Outcome != Drops || accepted || t.lost {
			continue
		}
		if rule := decided.Rule(); rule == nil || rule.Owner == "" {
			return decided, true
		}
	}
	return Decision{}, false
}

// Shadowed gives what keeps an owner's translation of a packet from taking
// effect: a rule of somebody else's that decides before. One that may match
// counts only if it speaks of the same port.
func (s Ruleset) Shadowed(p Packet, owner string) (Decision, bool) {
	for _, base := range s.bases(p.Hook, true) {
		t := trip{rules: s, packet: p}
		decided := t.follow(base)
		for _, doubt := range t.doubts {
			if doubt.Outcome == Translates && doubt.Rule().speaksOf(p) && doubt.Rule().Owner == "" {
				return doubt, true
			}
		}
		rule := decided.Rule()
		switch {
		case rule != nil && rule.Owner == owner:
			return Decision{}, false
		case t.lost:
		case decided.Outcome == Translates, rule != nil && s.holds(base, owner):
			return decided, rule.Owner == ""
		}
	}
	return Decision{}, false
}

// speaksOf tells whether a rule is about the port of a packet expressly.
func (r *ListedRule) speaksOf(p Packet) bool {
	return r.Rule.Protocol == p.Protocol && r.Rule.DestinationPort == p.DestinationPort && p.DestinationPort != 0
}

// holds tells whether a base chain has rules of an owner.
func (s Ruleset) holds(base *Chain, owner string) bool {
	return slices.ContainsFunc(base.Rules, func(r ListedRule) bool { return r.Owner == owner })
}
