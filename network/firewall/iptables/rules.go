// Package iptables is the firewall of this host: the one of the two kinds of
// iptables that the host's own iptables command speaks to. It offers an
// owner's rules as a resource.
package iptables

import (
	"errors"
	"fmt"
	"slices"

	"mydocker/internal/members"
	"mydocker/network/firewall"
	"mydocker/network/firewall/flows"
	"mydocker/resource"
)

// Rules are all the rules of one owner. An owner, a container or a network, has
// one such value: removing it removes whatever carries the owner's comment.
type Rules struct {
	Owner string // container ID or network name
	Rules []firewall.Rule
}

// Members implements members.Object.
func (r *Rules) Members(list *members.List) {
	list.Always("owner", &r.Owner)
	list.Always("rules", members.Array(&r.Rules))
}

var _ resource.Resource = (*Rules)(nil)

// Kind is "rules".
func (r *Rules) Kind() string { return "rules" }

func (r *Rules) String() string { return fmt.Sprintf("firewall rules %q", firewall.Comment(r.Owner)) }

// Validate refuses what Create would refuse, before anything has changed.
func (r *Rules) Validate() error { return firewall.Validate(r.Owner, r.Rules) }

// Create adds the rules that are missing: all or none.
func (r *Rules) Create() error {
	if err := find().chosen.Add(r.Owner, r.Rules); err != nil {
		return err
	}
	flows.Forget(r.Rules)
	return nil
}

// Remove takes away everything with the owner's comment. The host may have
// been switched from one kind of iptables to the other since Create, so it
// looks in both.
func (r *Rules) Remove() error {
	var errs []error
	for _, kind := range find().present {
		errs = append(errs, kind.Remove(r.Owner))
	}
	flows.Forget(r.Rules)
	return errors.Join(errs...)
}

// Mend also takes away what carries the owner's comment and is not the owner's.
// Between the two the owner's rules are missing for a moment.
func (r *Rules) Mend() error {
	if err := r.Create(); err != nil {
		return err
	}
	status, err := r.Check()
	if err != nil || status.State == resource.Present {
		return err
	}
	if err := r.Remove(); err != nil {
		return err
	}
	return r.Create()
}

// Check compares the rules with those that carry the owner's comment.
func (r *Rules) Check() (resource.Status, error) {
	found, err := find().chosen.Find(r.Owner)
	if err != nil {
		return resource.Status{}, err
	}
	return firewall.Compare(r.Owner, r.Rules, found), nil
}

// Explain gives a line for each rule.
func (r *Rules) Explain() resource.Steps {
	var steps resource.Steps
	for _, rule := range r.Rules {
		steps.Create = append(steps.Create, rule.AddCommand(r.Owner))
		steps.Remove = append(steps.Remove, rule.DeleteCommand(r.Owner))
	}
	slices.Reverse(steps.Remove)
	steps.Create = append(steps.Create, flows.Commands(r.Rules)...)
	steps.Remove = append(steps.Remove, flows.Commands(r.Rules)...)
	return steps
}

// Owners gives everybody who has a rule on this host, sorted, be it of the
// kind of iptables that the host has now or of the other.
func Owners() ([]string, error) {
	var all []string
	for _, kind := range find().present {
		owners, err := kind.Owners()
		if err != nil {
			return nil, err
		}
		all = append(all, owners...)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// Found gives the rules that an owner has on this host, as far as a Rule can say
// them, be they of the kind of iptables that the host has now or of the other.
func Found(owner string) (*Rules, error) {
	rules := &Rules{Owner: owner}
	for _, kind := range find().present {
		all, err := kind.Find(owner)
		if err != nil {
			return nil, err
		}
		for _, found := range all {
			if !found.Strange {
				rules.Rules = append(rules.Rules, found.Rule)
			}
		}
	}
	return rules, nil
}

// Ruleset gives everybody's rules on this host, of both kinds of iptables and of
// nft. Rules of nf_tables can be read without a program; those of the older
// interface where there are any.
func Ruleset() (firewall.Ruleset, error) {
	var all firewall.Ruleset
	for _, kind := range find().present {
		rules, err := kind.Ruleset()
		if err != nil {
			return nil, err
		}
		all = append(all, rules...)
	}
	return all, nil
}
