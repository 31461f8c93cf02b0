package firewall

import (
	"fmt"
	"strings"

	"mydocker/resource"
)

// Found is a rule that carries our comment, as it was read from the kernel.
type Found struct {
	Rule Rule // its content; where it stands in its chain is not said

	// Strange says that the rule holds something that no Rule can say; then
	// of Rule only the table and the chain count.
	Strange bool
}

// Missing gives those of the wanted rules that were not found, in order.
func Missing(wanted []Rule, found []Found) []Rule {
	there := tally(found)
	var missing []Rule
	for _, rule := range wanted {
		if there[rule.content()] > 0 {
			there[rule.content()]--
		} else {
			missing = append(missing, rule)
		}
	}
	return missing
}

// Compare judges what was found beside what an owner should have. Every
// difference is said, as the shell line that the rule would be.
func Compare(owner string, wanted []Rule, found []Found) resource.Status {
	if len(found) == 0 && len(wanted) > 0 {
		return resource.Status{State: resource.Absent}
	}
	var differences []string
	for _, rule := range Missing(wanted, found) {
		differences = append(differences, "missing: "+rule.AddCommand(owner))
	}
	differences = append(differences, surplus(owner, wanted, found)...)
	if len(differences) > 0 {
		return resource.Status{State: resource.Altered, Detail: strings.Join(differences, "; ")}
	}
	return resource.Status{State: resource.Present}
}

// surplus tells of the rules that were found and should not be.
func surplus(owner string, wanted []Rule, found []Found) []string {
	due := make(map[Rule]int)
	for _, rule := range wanted {
		due[rule.content()]++
	}
	var differences []string
	for _, f := range found {
		content := f.Rule.content()
		left, known := due[content]
		switch {
		case f.Strange:
			differences = append(differences, fmt.Sprintf("altered: a rule with other content in chain %s of table %s", content.Chain, content.Table))
		case left > 0:
			due[content]--
		case known:
			differences = append(differences, "duplicated: "+content.AddCommand(owner))
		default:
			differences = append(differences, "altered: "+content.AddCommand(owner))
		}
	}
	return differences
}

// tally counts the rules that were found, by content.
func tally(found []Found) map[Rule]int {
	count := make(map[Rule]int)
	for _, f := range found {
		if !f.Strange {
			count[f.Rule.content()]++
		}
	}
	return count
}

// content is the rule without its place in the chain, which rules that are
// added later change.
func (r Rule) content() Rule {
	r.Insert = false
	return r
}
