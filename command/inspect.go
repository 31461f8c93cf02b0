package command

import (
	"errors"
	"fmt"

	"github.com/urfave/cli"

	"mydocker/engine"
)

func formatFlag() cli.Flag {
	return cli.StringFlag{Name: "f, format", Usage: "a Go template for each object, or json"}
}

// Inspect prints all that is known of containers, networks and images.
func Inspect() cli.Command {
	return cli.Command{
		Name:      "inspect",
		Usage:     "print all that is known of containers, networks and images",
		ArgsUsage: "NAME...",
		Flags: []cli.Flag{
			formatFlag(),
			cli.BoolFlag{Name: "security", Usage: "say in words what containers can do"},
		},
		Action:       inspect,
		BashComplete: completeContainers,
	}
}

func inspect(c *cli.Context) error {
	if !c.Bool("security") {
		return inspectEach(c, inspectAny)
	}
	if c.String("format") != "" {
		return UsageError(c, errors.New("reading flags: --security is for people; leave out --format"))
	}
	if err := some(c); err != nil {
		return err
	}
	e, err := Reader(c)
	if err != nil {
		return err
	}
	var errs []error
	for i, name := range c.Args() {
		sections, err := e.Security(name)
		if err == nil && i > 0 {
			fmt.Fprintln(c.App.Writer)
		}
		printSections(c, sections)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// printSections prints titles, and under each its lines indented.
func printSections(c *cli.Context, sections []engine.SecuritySection) {
	for _, section := range sections {
		fmt.Fprintln(c.App.Writer, section.Title)
		for _, line := range section.Lines {
			fmt.Fprintln(c.App.Writer, "  "+line)
		}
	}
}

// inspectAny takes a name for a container's, then a network's, then an
// image's.
func inspectAny(e *engine.Engine, name string) (any, error) { return e.Inspect(name) }

// inspectEach prints a JSON list, or each object by the format.
func inspectEach(c *cli.Context, find func(*engine.Engine, string) (any, error)) error {
	if err := some(c); err != nil {
		return err
	}
	e, err := Reader(c)
	if err != nil {
		return err
	}
	found := []any{}
	var errs []error
	for _, name := range c.Args() {
		object, err := find(e, name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		found = append(found, object)
	}
	if format := c.String("format"); format != "" {
		return errors.Join(append(errs, printFormatted(c, format, found))...)
	}
	return errors.Join(append(errs, printJSON(c, found))...)
}
