package command

import (
	"flag"
	"slices"
	"strings"

	"github.com/urfave/cli"
)

// Attached is the error of a word in which a value follows its flag without a
// space, as in -p8080:80 and -dm64m: docker's users write it, package flag does not
// know it.
type Attached struct {
	error        // the refusal
	word  string // up to an equals sign
	flags int    // how many bytes of it are flags, with the dash
}

// Unwrap gives the refusal, with its exit status.
func (a Attached) Unwrap() error { return a.error }

// Separate gives the words of the command line with the flag and its value as two.
// Package flag does not tell two dashes from one; a word with two is a long name.
func (a Attached) Separate(words []string) (separated []string, found bool) {
	at := slices.IndexFunc(words, func(word string) bool {
		name, _, _ := strings.Cut(word, "=")
		return name == a.word
	})
	if at < 0 {
		return words, false
	}
	return slices.Replace(slices.Clone(words), at, at+1, words[at][:a.flags], words[at][a.flags:]), true
}

// nameLetters are what names of flags are made of. As a long name may stand behind a
// single dash, as in -net, nothing that might be the rest of one is a value.
const nameLetters = "abcdefghijklmnopqrstuvwxyz-"

// FindAttached tells whether a command line is refused because of an attached value.
func FindAttached(c *cli.Context, refusal error) (found Attached, is bool) {
	name, unknown := strings.CutPrefix(refusal.Error(), "flag provided but not defined: -")
	value := strings.TrimLeft(name, nameLetters)
	letters := strings.TrimSuffix(name, value)
	if !unknown || value == "" || letters == "" {
		return found, false
	}
	known := flag.NewFlagSet("", flag.ContinueOnError)
	for _, one := range c.Command.Flags {
		one.Apply(known)
	}
	for i := range letters {
		if known.Lookup(letters[i:i+1]) == nil {
			return found, false
		}
	}
	last := known.Lookup(letters[len(letters)-1:])
	return Attached{error: UsageError(c, refusal), word: "-" + name, flags: 1 + len(letters)}, !isBool(last)
}

func isBool(one *flag.Flag) bool {
	boolean, is := one.Value.(interface{ IsBoolFlag() bool })
	return is && boolean.IsBoolFlag()
}
