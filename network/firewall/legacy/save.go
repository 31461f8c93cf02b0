package legacy

import (
	"strings"

	"mydocker/network/firewall"
)

// line is one rule of ours.
type line struct {
	table firewall.Table
	text  string // as it stands there, "-A CHAIN ..."
	owner string
	found firewall.Found
}

// parseSave reads our rules from the output of iptables-save: "*table", and
// rules. Those of others are passed over.
func parseSave(output string) []line {
	var ours []line
	var table firewall.Table
	for text := range strings.Lines(output) {
		text = strings.TrimSuffix(text, "\n")
		switch {
		case strings.HasPrefix(text, "*"):
			table = firewall.Table(text[1:])
		case strings.HasPrefix(text, "-A "):
			if l, is := parseLine(table, text); is {
				ours = append(ours, l)
			}
		}
	}
	return ours
}

func parseLine(table firewall.Table, text string) (l line, ours bool) {
	words := split(text)
	owner, ours := ownerOf(words)
	if !ours {
		return line{}, false
	}
	return line{table: table, text: text, owner: owner, found: parseRule(table, words)}, true
}

// ownerOf finds our comment. All of the option must be there, so that no value
// of another option is taken for it.
func ownerOf(words []string) (owner string, ours bool) {
	for i := range len(words) - 3 {
		if words[i] == "-m" && words[i+1] == "comment" && words[i+2] == "--comment" {
			return firewall.OwnerOf(words[i+3])
		}
	}
	return "", false
}

// split parts a line into its words. Double quotes hold a word together, and
// within them a backslash makes the next character a plain one
// (xtables_save_string in libxtables/xtables.c).
func split(text string) []string {
	var words []string
	var word strings.Builder
	started, quoted, escaped := false, false, false
	for _, c := range []byte(text) {
		switch {
		case escaped:
			word.WriteByte(c)
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted, started = !quoted, true
		case c == ' ' && !quoted:
			if started {
				words = append(words, word.String())
			}
			word.Reset()
			started = false
		default:
			word.WriteByte(c)
			started = true
		}
	}
	if started {
		words = append(words, word.String())
	}
	return words
}
