package iptables

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"mydocker/network/firewall"
	"mydocker/network/firewall/legacy"
	"mydocker/network/firewall/nft"
)

func TestTheHostsProgramTellsTheKind(t *testing.T) {
	for name, test := range map[string]struct {
		links   map[string]string // name: what it points at, or "" for a file
		tables  string            // that the older interface has
		chosen  string            // "nft" or the legacy program
		present []string
	}{
		"none installed": {nil, "", "nft", []string{"nft"}},
		"nft by alternatives": {map[string]string{
			"iptables": "alternatives", "alternatives": "iptables-nft", "iptables-nft": "xtables-nft-multi", "xtables-nft-multi": "",
		}, "", "nft", []string{"nft"}},
		"legacy by alternatives": {map[string]string{
			"iptables": "alternatives", "alternatives": "iptables-legacy", "iptables-legacy": "xtables-legacy-multi", "xtables-legacy-multi": "",
		}, "nat\n", "xtables-legacy-multi", []string{"xtables-legacy-multi", "nft"}},
		"from before there were two": {map[string]string{"iptables": "xtables-multi", "xtables-multi": ""},
			"", "xtables-multi", []string{"xtables-multi", "nft"}},
		"a script of the administrator": {map[string]string{"iptables": ""}, "", "nft", []string{"nft"}},
		"a link to nowhere":             {map[string]string{"iptables": "xtables-legacy-multi"}, "", "nft", []string{"nft"}},
		"nft, and rules of the older kind": {map[string]string{
			"iptables": "xtables-nft-multi", "xtables-nft-multi": "", "iptables-legacy": "xtables-legacy-multi", "xtables-legacy-multi": "",
		}, "filter\nnat\n", "nft", []string{"nft", "xtables-legacy-multi"}},
		"nft, and no rules of the older kind": {map[string]string{
			"iptables": "xtables-nft-multi", "xtables-nft-multi": "", "iptables-legacy": "xtables-legacy-multi", "xtables-legacy-multi": "",
		}, "", "nft", []string{"nft"}},
	} {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			for link, target := range test.links {
				place(t, filepath.Join(directory, link), target)
			}
			tables := filepath.Join(t.TempDir(), "ip_tables_names")
			if err := os.WriteFile(tables, []byte(test.tables), 0o600); err != nil {
				t.Fatal(err)
			}
			found := findIn([]string{"relative", filepath.Join(directory, "missing"), directory}, tables)
			if got := kindName(found.chosen); got != test.chosen {
				t.Errorf("chosen is %s, want %s", got, test.chosen)
			}
			var present []string
			for _, kind := range found.present {
				present = append(present, kindName(kind))
			}
			if !slices.Equal(present, test.present) {
				t.Errorf("present are %s, want %s", present, test.present)
			}
		})
	}
}

func place(t *testing.T, path, target string) {
	t.Helper()
	var err error
	if target == "" {
		err = os.WriteFile(path, nil, 0o755)
	} else {
		err = os.Symlink(target, path)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func kindName(kind firewall.Firewall) string {
	switch kind := kind.(type) {
	case nft.Firewall:
		return "nft"
	case legacy.Firewall:
		return filepath.Base(kind.Program)
	}
	return "none"
}

// The first program of a name counts, as for a shell.
func TestTheFirstProgramOnThePathCounts(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	place(t, filepath.Join(first, "xtables-nft-multi"), "")
	place(t, filepath.Join(first, "iptables"), "xtables-nft-multi")
	place(t, filepath.Join(second, "xtables-legacy-multi"), "")
	place(t, filepath.Join(second, "iptables"), "xtables-legacy-multi")
	if got := kindName(findIn([]string{first, second}, "/nowhere").chosen); got != "nft" {
		t.Errorf("chosen is %s, want nft", got)
	}
	if got := kindName(findIn([]string{second, first}, "/nowhere").chosen); got != "xtables-legacy-multi" {
		t.Errorf("chosen is %s, want xtables-legacy-multi", got)
	}
}
