// Package legacy drives iptables-legacy, for hosts whose rules live in the
// kernel's older interface, which knows no netlink.
package legacy

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"mydocker/network/firewall"
)

// Firewall is the ip_tables of the network namespace of the calling thread.
type Firewall struct {
	// Program is the path of xtables-legacy-multi, which is all the programs
	// of iptables-legacy in one.
	Program string
}

var _ firewall.Firewall = Firewall{}

// patience is how long an operation is tried again while others change rules.
const patience = 10 * time.Second

// Add is one call of iptables-restore, besides the one that looks what is
// there. iptables-restore commits table by table; when one fails, what was
// added to those before it is taken back.
func (f Firewall) Add(owner string, rules []firewall.Rule) error {
	if err := firewall.Validate(owner, rules); err != nil {
		return err
	}
	before, err := f.linesOf(owner)
	if err != nil {
		return err
	}
	missing := firewall.Missing(rules, foundOf(before))
	if len(missing) == 0 {
		return nil
	}
	if err := f.restore(additions(owner, missing)); err != nil {
		return fmt.Errorf("adding the firewall rules of %q: %w", owner, errors.Join(err, f.takeBack(owner, before)))
	}
	return nil
}

// takeBack deletes the owner's rules that were not there before.
func (f Firewall) takeBack(owner string, before []line) error {
	now, err := f.linesOf(owner)
	if err != nil {
		return err
	}
	added := slices.DeleteFunc(now, func(l line) bool { return slices.Contains(before, l) })
	if len(added) == 0 {
		return nil
	}
	return f.restore(deletions(added))
}

// Remove is one call of iptables-restore, besides the one that looks. When a
// rule vanishes in between, its whole table fails, and all is done again.
func (f Firewall) Remove(owner string) error {
	for deadline := time.Now().Add(patience); ; {
		lines, err := f.linesOf(owner)
		if err != nil || len(lines) == 0 {
			return err
		}
		err = f.restore(deletions(lines))
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("removing the firewall rules of %q: %w", owner, err)
		}
	}
}

// Find looks in all tables.
func (f Firewall) Find(owner string) ([]firewall.Found, error) {
	lines, err := f.linesOf(owner)
	return foundOf(lines), err
}

// Owners looks in all tables.
func (f Firewall) Owners() ([]string, error) {
	saved, err := f.save()
	var owners []string
	for _, l := range saved {
		owners = append(owners, l.owner)
	}
	slices.Sort(owners)
	return slices.Compact(owners), err
}

func (f Firewall) linesOf(owner string) ([]line, error) {
	saved, err := f.save()
	return slices.DeleteFunc(saved, func(l line) bool { return l.owner != owner }), err
}

func foundOf(lines []line) []firewall.Found {
	var found []firewall.Found
	for _, l := range lines {
		found = append(found, l.found)
	}
	return found
}
