package firewall

import (
	"slices"
	"testing"

	"mydocker/resource"
)

// there is a rule as a listing shows it, which does not tell how it was added.
func there(rule Rule) Found {
	rule.Insert = false
	return Found{Rule: rule}
}

func allThere(rules []Rule) []Found {
	var found []Found
	for _, rule := range rules {
		found = append(found, there(rule))
	}
	return found
}

func TestMissingCountsEqualRules(t *testing.T) {
	rules := ForPort(published(""))
	wanted := []Rule{rules[0], rules[1], rules[0]}
	for name, test := range map[string]struct {
		found []Found
		want  []Rule
	}{
		"none there":       {nil, wanted},
		"one of the twins": {allThere(rules[:1]), []Rule{rules[1], rules[0]}},
		"all there":        {allThere(wanted), nil},
		"one is strange":   {append(allThere(wanted[:2]), Found{Rule: rules[0], Strange: true}), []Rule{rules[0]}},
	} {
		if got := Missing(wanted, test.found); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}

func TestCompare(t *testing.T) {
	rules := ForNetwork("testbr", subnet())
	for name, test := range map[string]struct {
		wanted []Rule
		found  []Found
		want   resource.State
	}{
		"all":                      {rules, allThere(rules), resource.Present},
		"all in another order":     {rules, append(allThere(rules[3:]), allThere(rules[:3])...), resource.Present},
		"none":                     {rules, nil, resource.Absent},
		"one missing":              {rules, allThere(rules[1:]), resource.Altered},
		"one twice":                {rules, append(allThere(rules), there(rules[0])), resource.Altered},
		"one too many":             {rules[1:], allThere(rules), resource.Altered},
		"a strange one":            {rules, append(allThere(rules), Found{Strange: true}), resource.Altered},
		"nothing wanted or found":  {nil, nil, resource.Present},
		"nothing wanted, one left": {nil, allThere(rules[:1]), resource.Altered},
	} {
		if got := Compare("testbr", test.wanted, test.found); got.State != test.want || got.State == resource.Altered && got.Detail == "" {
			t.Errorf("%s: got %+v, want %s", name, got, test.want)
		}
	}
}
