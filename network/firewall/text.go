package firewall

import (
	"strconv"
	"strings"

	"mydocker/internal/shell"
)

// Words are the rule's matches and target in the words and order in which
// iptables-save prints them, with the owner's comment.
func (r Rule) Words(owner string) []string {
	words := r.head()
	return append(append(words, r.extensions(owner)...), r.targetWords()...)
}

// Matches are the rule's matches in those words, without a comment.
func (r Rule) Matches() []string {
	return append(r.head(), r.extensions("")...)
}

func (r Rule) head() []string {
	var words []string
	if r.Source.IsValid() {
		words = append(words, "-s", r.Source.String())
	}
	if r.Destination.IsValid() {
		words = append(words, "-d", r.Destination.String())
	}
	words = append(words, r.In.words("-i")...)
	words = append(words, r.Out.words("-o")...)
	if r.Protocol != "" {
		words = append(words, "-p", string(r.Protocol))
	}
	return words
}

func (i Interface) words(option string) []string {
	switch {
	case i.Name == "":
		return nil
	case i.Not:
		return []string{"!", option, i.Name}
	}
	return []string{option, i.Name}
}

// extensions are the matches that iptables loads a module for. The port comes
// last, so that a listing shows it beside the address that it leads to.
func (r Rule) extensions(owner string) []string {
	var words []string
	switch r.DestinationType {
	case Local:
		words = append(words, "-m", "addrtype", "--dst-type", "LOCAL")
	case NotLocal:
		words = append(words, "-m", "addrtype", "!", "--dst-type", "LOCAL")
	}
	if r.States != "" {
		words = append(words, "-m", "conntrack", "--ctstate", string(r.States))
	}
	if owner != "" {
		words = append(words, "-m", "comment", "--comment", Comment(owner))
	}
	if r.DestinationPort != 0 {
		words = append(words, "-m", string(r.Protocol), "--dport", strconv.Itoa(int(r.DestinationPort)))
	}
	return words
}

func (r Rule) targetWords() []string {
	words := []string{"-j", string(r.Target)}
	if r.To.IsValid() {
		words = append(words, "--to-destination", r.To.String())
	}
	return words
}

// AddCommand is the shell line that adds the rule.
func (r Rule) AddCommand(owner string) string { return r.command(r.AddOption(), owner) }

// DeleteCommand is the shell line that deletes the rule.
func (r Rule) DeleteCommand(owner string) string { return r.command("-D", owner) }

// AddOption is the option of iptables that puts the rule where it belongs.
func (r Rule) AddOption() string {
	if r.Insert {
		return "-I"
	}
	return "-A"
}

func (r Rule) command(option, owner string) string {
	words := append([]string{"iptables", "-t", string(r.Table), option, r.Chain}, r.Words(owner)...)
	for i, word := range words {
		if word != "!" { // alone it is nothing to a shell, and a person would not quote it
			words[i] = shell.Quote(word)
		}
	}
	return strings.Join(words, " ")
}
