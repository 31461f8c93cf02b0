package image

import (
	"errors"
	"fmt"
	"path"
	"strings"
)

// workDirectory sets the directory, which is below the last one unless it is
// absolute.
func (c *Config) workDirectory(argument string) error {
	var directory string
	if err := word(&directory, argument); err != nil {
		return err
	}
	c.WorkingDir = path.Join("/", c.WorkingDir, directory)
	if path.IsAbs(directory) {
		c.WorkingDir = path.Clean(directory)
	}
	return nil
}

// eachPair calls set for each KEY=VALUE of an argument. The old form, one KEY
// and the rest of the line as its VALUE, is understood as well.
func eachPair(argument string, set func(key, value string)) error {
	words, err := splitWords(argument)
	if err != nil {
		return err
	}
	if !strings.Contains(words[0], "=") {
		key, value, found := strings.Cut(argument, " ")
		if !found {
			return fmt.Errorf("%q must be KEY=VALUE", argument)
		}
		set(key, strings.TrimSpace(value))
		return nil
	}
	for _, pair := range words {
		key, value, found := strings.Cut(pair, "=")
		if !found || key == "" {
			return fmt.Errorf("%q must be KEY=VALUE", pair)
		}
		set(key, value)
	}
	return nil
}

// splitWords cuts a line at its blanks as a shell does: blanks in quotes or
// after a backslash belong to the word. There is at least one word.
func splitWords(line string) ([]string, error) {
	var words []string
	var current strings.Builder
	inWord, quote, escaped := false, rune(0), false
	for _, c := range line {
		switch {
		case escaped:
			current.WriteRune(c)
			escaped = false
		case c == '\\' && quote != '\'':
			escaped, inWord = true, true
		case c == quote:
			quote = 0
		case quote != 0:
			current.WriteRune(c)
		case c == '"' || c == '\'':
			quote, inWord = c, true
		case c == ' ' || c == '\t':
			if inWord {
				words = append(words, current.String())
				current.Reset()
			}
			inWord = false
		default:
			current.WriteRune(c)
			inWord = true
		}
	}
	if quote != 0 || escaped {
		return nil, errors.New("a quote is not closed, or nothing follows a backslash")
	}
	if inWord {
		words = append(words, current.String())
	}
	if len(words) == 0 {
		return nil, errors.New("the argument is empty")
	}
	return words, nil
}
