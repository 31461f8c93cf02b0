// Package shell writes the lines of --explain, for bash.
package shell

import (
	"fmt"
	"strings"
)

// Quote gives a word that bash reads as text, in quotes only where it needs
// them. It is always one line, so that no text can end a here-document early.
func Quote(text string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,+@%="
	switch {
	case text != "" && strings.Trim(text, plain) == "":
		return text
	case strings.ContainsFunc(text, isControl):
		return quoteControls(text)
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// QuoteAll quotes words and puts blanks between them.
func QuoteAll(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = Quote(word)
	}
	return strings.Join(quoted, " ")
}

func isControl(char rune) bool { return char < ' ' || char == 0x7f }

// quoteControls writes $'…' (bash(1), QUOTING).
func quoteControls(text string) string {
	var quoted strings.Builder
	quoted.WriteString("$'")
	for _, char := range []byte(text) {
		switch {
		case char == '\'' || char == '\\':
			quoted.WriteByte('\\')
			quoted.WriteByte(char)
		case char == '\n':
			quoted.WriteString(`\n`)
		case char == '\t':
			quoted.WriteString(`\t`)
		case isControl(rune(char)):
			fmt.Fprintf(&quoted, `\%03o`, char)
		default:
			quoted.WriteByte(char)
		}
	}
	return quoted.String() + "'"
}
