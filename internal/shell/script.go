package shell

import (
	"fmt"
	"slices"
	"strings"
)

// WriteFile gives the lines that write a text to a file with these
// permissions, such as 0o600. Every line of the text ends with a newline.
func WriteFile(path string, mode uint32, text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.TrimSuffix(line, "\n"))
	}
	end := "END"
	for slices.Contains(lines, end) {
		end += "_"
	}
	first := fmt.Sprintf("install -m %o /dev/fd/0 %s <<'%s'", mode, Quote(path), end)
	return append(append([]string{first}, lines...), end)
}

// Comment makes lines into comments, which say something and do nothing.
func Comment(lines []string) []string { return prefixed("# ", lines) }

// Indent puts lines under one that encloses them.
func Indent(lines []string) []string { return prefixed("  ", lines) }

func prefixed(prefix string, lines []string) []string {
	changed := make([]string, len(lines))
	for i, line := range lines {
		changed[i] = prefix + line
	}
	return changed
}
