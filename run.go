package main

import (
	"fmt"
	"os"

	"github.com/moby/term"
	"github.com/pkg/errors"
	"github.com/urfave/cli"

	"mydocker/command"
	"mydocker/engine"
)

func runCommand() cli.Command {
	return cli.Command{
		Name:           "run",
		Usage:          "run a program in a new container",
		ArgsUsage:      "IMAGE [COMMAND...]",
		Flags:          runFlags(),
		SkipArgReorder: true, // flags after IMAGE belong to the program
		Action:         func(c *cli.Context) error { return command.OwnError(run(c)) },
		BashComplete:   command.CompleteImages,
	}
}

func run(c *cli.Context) error {
	if c.NArg() == 0 {
		return command.UsageError(c, errors.New("reading arguments: IMAGE wanted, none given"))
	}
	options, err := runOptions(c)
	if err != nil {
		return err
	}
	if c.Bool("explain") {
		return explainRun(c, options)
	}
	if err := checkTerminal(options); err != nil {
		return err
	}
	trace := command.StartTrace(c)
	defer trace.Print()
	e, err := command.Changer(c)
	if err != nil {
		return err
	}
	trace.Follow(e)
	session, err := e.Run(options)
	if err != nil {
		return err
	}
	trace.Print()
	if options.Detached {
		command.Remain(session)
		told := tellID(c, session.ID)
		if err := session.Connection.Close(); told == nil {
			return err
		}
		return told
	}
	return command.Show(session, command.ShowOptions{Stdin: options.Stdin})
}

// tellID prints a container's ID. Who has no use for it otherwise needs to know what
// runs.
func tellID(c *cli.Context, id string) error {
	_, err := fmt.Fprintln(c.App.Writer, id)
	if err == nil {
		return nil
	}
	return fmt.Errorf("telling the container's ID: %v; it runs as %q, and goes with: %s rm -f %s", err, id, c.App.Name, id)
}

func explainRun(c *cli.Context, options engine.RunOptions) error {
	e, err := command.Reader(c)
	if err != nil {
		return err
	}
	lines, err := e.ExplainRun(options)
	if err != nil {
		return err
	}
	return command.PrintScript(c, lines)
}

// checkTerminal refuses a terminal for the program where the user has none to
// show it on.
func checkTerminal(options engine.RunOptions) error {
	if options.Terminal && options.Stdin && !options.Detached && !term.IsTerminal(os.Stdin.Fd()) {
		return errors.New("opening a terminal: standard input is not one; leave out -t, or add -d")
	}
	return nil
}
