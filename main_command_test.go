package main

import "testing"

func TestACommandHasTheNameByWhichItIsFound(t *testing.T) {
	for _, each := range table {
		if made := each.make(); made.Name != each.name {
			t.Errorf("%q makes %q", each.name, made.Name)
		}
	}
	if one, all := commands([]string{"exec"}), commands([]string{"help", "exec"}); len(one) != 1 || len(all) != len(table) {
		t.Errorf("%d commands for exec and %d for help, of %d", len(one), len(all), len(table))
	}
}
