// Package nft writes rules by netlink in the format of iptables-nft, so that
// iptables lists and deletes them as if it had made them. It needs no program.
package nft

import (
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"

	"mydocker/network/firewall"
)

// Firewall is the nf_tables of the network namespace of the calling thread. A
// kernel without nf_tables has no rules; they cannot be added to it.
type Firewall struct{}

var _ firewall.Firewall = Firewall{}

// Add is one transaction. Where tables or chains are missing, which is seldom,
// it is a second one that makes them too.
func (Firewall) Add(owner string, rules []firewall.Rule) error {
	if err := firewall.Validate(owner, rules); err != nil {
		return err
	}
	err := persist(func(s *socket) error {
		generation, err := s.generation()
		if err != nil {
			return err
		}
		entries, err := s.entriesBeside(owner, rules)
		if err != nil {
			return err
		}
		missing := firewall.Missing(rules, foundOf(entries))
		if len(missing) == 0 {
			return nil
		}
		return s.add(generation, owner, missing)
	})
	if err != nil {
		return fmt.Errorf("adding the firewall rules of %q: %w", owner, err)
	}
	return nil
}

func (s *socket) add(generation uint32, owner string, rules []firewall.Rule) error {
	additions, err := addMessages(owner, rules)
	if err != nil {
		return err
	}
	err = s.commit(generation, additions)
	if !errors.Is(err, unix.ENOENT) {
		return named(err, owner, rules)
	}
	foundations, err := s.foundations(rules)
	if err != nil {
		return err
	}
	err = s.commit(generation, append(foundations, additions...))
	var rejected *rejection
	if errors.As(err, &rejected) {
		rejected.index -= len(foundations)
	}
	return named(err, owner, rules)
}

// named says which rule a rejection is about.
func named(err error, owner string, rules []firewall.Rule) error {
	var rejected *rejection
	if errors.As(err, &rejected) && 0 <= rejected.index && rejected.index < len(rules) {
		return fmt.Errorf("%s: %w", rules[rejected.index].AddCommand(owner), err)
	}
	return err
}

// Remove is one transaction.
func (Firewall) Remove(owner string) error {
	err := persist(func(s *socket) error {
		generation, err := s.generation()
		if err != nil {
			return err
		}
		entries, err := s.entries(selection{owner: owner})
		if err != nil || len(entries) == 0 {
			return err
		}
		return s.commit(generation, deleteMessages(entries))
	})
	if err != nil && !errors.Is(err, errUnsupported) {
		return fmt.Errorf("removing the firewall rules of %q: %w", owner, err)
	}
	return nil
}

// Find looks in all tables.
func (Firewall) Find(owner string) ([]firewall.Found, error) {
	entries, err := list(selection{owner: owner})
	return foundOf(entries), err
}

// Owners looks in all tables.
func (Firewall) Owners() ([]string, error) {
	entries, err := list(selection{everybody: true})
	var owners []string
	for _, e := range entries {
		owners = append(owners, e.owner)
	}
	slices.Sort(owners)
	return slices.Compact(owners), err
}

func list(wanted selection) (entries []entry, err error) {
	err = look(func(s *socket) error {
		before, err := s.generation()
		if err != nil {
			return err
		}
		if entries, err = s.entries(wanted); err != nil {
			return err
		}
		return s.unchanged(before)
	})
	if errors.Is(err, errUnsupported) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing firewall rules: %w", err)
	}
	return entries, nil
}
