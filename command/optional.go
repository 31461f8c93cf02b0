package command

import (
	"errors"
	"flag"
	"strconv"

	"github.com/urfave/cli"
)

// OptionalString is a flag whose value may be empty, which is not the same as not
// being given. The library's IsSet can tell the two apart, but looks for a file
// for each flag of the command to do so.
type OptionalString struct{ cli.StringFlag }

// ApplyWithError makes the flag known to the standard library's parser.
func (o OptionalString) ApplyWithError(set *flag.FlagSet) error {
	set.Var(&givenString{}, o.Name, o.Usage)
	return nil
}

// GivenString gives the value of an OptionalString, and nil where there is none.
func GivenString(c *cli.Context, name string) *string {
	return c.Generic(name).(*givenString).value
}

type givenString struct{ value *string }

func (g *givenString) Set(text string) error {
	g.value = &text
	return nil
}

func (g *givenString) String() string {
	if g.value == nil {
		return ""
	}
	return *g.value
}

// OptionalBool is a flag that may be true, false and not given.
type OptionalBool struct{ cli.BoolFlag }

// ApplyWithError makes the flag known to the standard library's parser.
func (o OptionalBool) ApplyWithError(set *flag.FlagSet) error {
	set.Var(&givenBool{}, o.Name, o.Usage)
	return nil
}

// GivenBool gives the value of an OptionalBool, and nil where there is none.
func GivenBool(c *cli.Context, name string) *bool {
	return c.Generic(name).(*givenBool).value
}

type givenBool struct{ value *bool }

func (g *givenBool) IsBoolFlag() bool { return true }

func (g *givenBool) Set(text string) error {
	value, err := strconv.ParseBool(text)
	if err != nil {
		return errors.New("parse error") // the words of package flag
	}
	g.value = &value
	return nil
}

func (g *givenBool) String() string { return strconv.FormatBool(g.value != nil && *g.value) }
