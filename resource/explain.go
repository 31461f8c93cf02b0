package resource

import (
	"strings"

	"mydocker/internal/shell"
)

// Explain gives the steps of the whole set: creation in order, removal in
// reverse. A comment before the lines of each resource names it.
func (s Set) Explain() Steps { return s.explain(Resource.String) }

// ExplainState is Explain for what is there already: each comment also says how
// the resource stands.
func (s Set) ExplainState() Steps {
	return s.explain(func(r Resource) string { return r.String() + ": " + inWords(r) })
}

func (s Set) explain(name func(Resource) string) Steps {
	var all Steps
	for i := range s {
		first, last := s[i], s[len(s)-1-i]
		all.Create = append(all.Create, titled(name(first), first.Explain().Create)...)
		all.Remove = append(all.Remove, titled(name(last), last.Explain().Remove)...)
	}
	return all
}

func titled(title string, lines []string) []string {
	if len(lines) == 0 {
		return nil
	}
	return append(shell.Comment([]string{title}), lines...)
}

func inWords(r Resource) string {
	status, err := r.Check()
	switch {
	case err != nil:
		return "unknown: " + strings.ReplaceAll(err.Error(), "\n", "; ")
	case status.Detail != "":
		return string(status.State) + ": " + status.Detail
	}
	return string(status.State)
}

// Present gives the resources of a set that are there, whole or in part, in
// the same order. One that cannot be looked at may be there, too.
func (s Set) Present() Set {
	var present Set
	for _, r := range s {
		if status, err := r.Check(); err != nil || status.State != Absent {
			present = append(present, r)
		}
	}
	return present
}
