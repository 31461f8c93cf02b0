package legacy

import (
	"fmt"
	"strings"

	"mydocker/network/firewall"
)

// additions is the input of iptables-restore that adds rules.
func additions(owner string, rules []firewall.Rule) string {
	var input script
	for _, rule := range rules {
		words := append([]string{rule.AddOption(), rule.Chain}, rule.Words(owner)...)
		for i, word := range words {
			words[i] = quote(word)
		}
		input.add(rule.Table, strings.Join(words, " "))
	}
	return input.String()
}

// deletions is the input that deletes rules, in the words in which they were
// saved.
func deletions(lines []line) string {
	var input script
	for _, l := range lines {
		input.add(l.table, "-D"+strings.TrimPrefix(l.text, "-A"))
	}
	return input.String()
}

// script is the input of iptables-restore, table by table.
type script struct {
	tables []firewall.Table
	lines  map[firewall.Table][]string
}

func (s *script) add(table firewall.Table, line string) {
	if s.lines == nil {
		s.lines = make(map[firewall.Table][]string)
	}
	if s.lines[table] == nil {
		s.tables = append(s.tables, table)
	}
	s.lines[table] = append(s.lines[table], line)
}

func (s *script) String() string {
	var text strings.Builder
	for _, table := range s.tables {
		fmt.Fprintf(&text, "*%s\n%s\nCOMMIT\n", table, strings.Join(s.lines[table], "\n"))
	}
	return text.String()
}

// quote writes a word so that iptables-restore reads it as one. No word of a
// valid rule has a quote, a backslash or a control character.
func quote(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./,!"
	if strings.Trim(word, plain) == "" {
		return word
	}
	return `"` + word + `"`
}
