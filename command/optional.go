package command

import (
	"errors"
	"flag"
	"fmt"
	"strconv"

	"github.com/urfave/cli"
)

// OptionalString is a flag whose value may be empty, which is not the same as not
// being given. The library's IsSet can tell the two apart, but looks for a file
// for each flag of the command to do so.
type OptionalString struct{ cli.StringFlag }

// ApplyWithError makes the flag known to the standard library's parser.
func (o OptionalString) ApplyWithError(set *flag.FlagSet) error {
	set.Var(&given[string]{parse: func(text string) (string, error) { return text, nil }}, o.Name, o.Usage)
	return nil
}

// OptionalBool is a flag that may be true, false and not given.
type OptionalBool struct{ cli.BoolFlag }

// ApplyWithError makes the flag known to the standard library's parser.
func (o OptionalBool) ApplyWithError(set *flag.FlagSet) error {
	set.Var(&given[bool]{parse: parseBool}, o.Name, o.Usage)
	return nil
}

func parseBool(text string) (bool, error) {
	value, err := strconv.ParseBool(text)
	if err != nil {
		err = errors.New("parse error") // the words of package flag
	}
	return value, err
}

// Given is the value of an optional flag, and nil where there is none.
func Given[T any](c *cli.Context, name string) *T { return c.Generic(name).(*given[T]).value }

type given[T any] struct {
	value *T
	parse func(string) (T, error)
}

func (g *given[T]) Set(text string) error {
	value, err := g.parse(text)
	if err == nil {
		g.value = &value
	}
	return err
}

func (g *given[T]) String() string {
	if g.value == nil {
		return ""
	}
	return fmt.Sprint(*g.value)
}

// IsBoolFlag tells package flag that the flag may stand without a value.
func (g *given[T]) IsBoolFlag() bool {
	_, is := any(g.value).(*bool)
	return is
}
