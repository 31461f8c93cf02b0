package iptables

import (
	"slices"
	"strings"
	"testing"

	"mydocker/network/internal/netnstest"
	"mydocker/resource"
)

// The rules go through all that a resource goes through, on the kind of
// iptables that this host has.
func TestRulesAreAResource(t *testing.T) {
	netnstest.Enter(t)
	set := resource.Set{
		&Rules{Owner: "testbr", Rules: networkRules()},
		&Rules{Owner: "1891821312", Rules: portRules()},
	}
	wantState(t, set, resource.Absent)
	if err := set.Create(nil); err != nil {
		t.Fatal(err)
	}
	if err := set.Create(nil); err != nil {
		t.Fatal(err)
	}
	wantState(t, set, resource.Present)
	owners, err := Owners()
	if want := []string{"1891821312", "testbr"}; err != nil || !slices.Equal(owners, want) {
		t.Errorf("owners are %q, %v, want %q", owners, err, want)
	}
	for range 2 {
		if err := readBack(t, set).Remove(nil); err != nil {
			t.Fatal(err)
		}
		wantState(t, set, resource.Absent)
	}
}

func wantState(t *testing.T, set resource.Set, want resource.State) {
	t.Helper()
	for _, r := range set {
		if status, err := r.Check(); err != nil || status.State != want {
			t.Errorf("%s: got %+v, %v, want %s", r, status, err, want)
		}
	}
}

// readBack gives the set as another process reads it from a state file.
func readBack(t *testing.T, set resource.Set) resource.Set {
	t.Helper()
	journal, err := resource.Encode(set)
	if err != nil {
		t.Fatal(err)
	}
	back, err := journal.Decode(func(kind string) resource.Resource {
		if kind != "rules" {
			return nil
		}
		return &Rules{}
	})
	if err != nil {
		t.Fatal(err)
	}
	return back
}

// An owner whose rules were never recorded is removed by the name alone.
func TestAnOwnerAloneIsEnoughToRemove(t *testing.T) {
	netnstest.Enter(t)
	if err := (&Rules{Owner: "testbr", Rules: networkRules()}).Create(); err != nil {
		t.Fatal(err)
	}
	if err := (&Rules{Owner: "testbr"}).Remove(); err != nil {
		t.Fatal(err)
	}
	if owners, err := Owners(); err != nil || len(owners) != 0 {
		t.Errorf("owners are still %q, %v", owners, err)
	}
}

// The administrator switches from one kind of iptables to the other while a
// network has rules.
func TestRulesOfTheOtherKindAreFoundAndRemoved(t *testing.T) {
	onEach(t, func(t *testing.T, v variant) {
		v.add(t, "testbr", networkRules())
		if owners, err := Owners(); err != nil || !slices.Equal(owners, []string{"testbr"}) {
			t.Errorf("owners are %q, %v", owners, err)
		}
		if err := (&Rules{Owner: "testbr", Rules: networkRules()}).Remove(); err != nil {
			t.Fatal(err)
		}
		if left := v.rules(t); left != "" {
			t.Errorf("there are still\n%s", left)
		}
	})
}

func TestExplainTakesBackInReverse(t *testing.T) {
	steps := (&Rules{Owner: "testbr", Rules: networkRules()}).Explain()
	if len(steps.Create) != len(networkRules()) || len(steps.Remove) != len(networkRules()) {
		t.Fatalf("there are %d and %d lines for %d rules", len(steps.Create), len(steps.Remove), len(networkRules()))
	}
	for i, line := range steps.Create {
		want := strings.NewReplacer(" -A ", " -D ", " -I ", " -D ").Replace(line)
		if got := steps.Remove[len(steps.Remove)-1-i]; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
