package command

import (
	"fmt"
	"strings"

	"github.com/urfave/cli"

	"mydocker/engine"
)

// ExplainFlag is on every command that can say what it would do.
func ExplainFlag() cli.Flag {
	return cli.BoolFlag{Name: "explain", Usage: "print the shell lines that would do the same, and change nothing"}
}

// Explain says what there is of containers and networks, in shell lines.
func Explain() cli.Command {
	return cli.Command{
		Name:      "explain",
		Usage:     "show what a container or network is on this host, as shell lines",
		ArgsUsage: "CONTAINER|NETWORK...",
		Action: func(c *cli.Context) error {
			return explainEach(c, (*engine.Engine).Explain)
		},
		BashComplete: func(c *cli.Context) {
			completeContainers(c)
			completeNetworks(c)
		},
	}
}

// explainEach prints the script for each object that is named. Nothing is
// printed unless all can be explained: a part of a script is worse than none.
func explainEach(c *cli.Context, explain func(e *engine.Engine, name string) ([]string, error)) error {
	if err := some(c); err != nil {
		return err
	}
	e, err := Reader(c)
	if err != nil {
		return err
	}
	var lines []string
	for _, name := range c.Args() {
		part, err := explain(e, name)
		if err != nil {
			return err
		}
		lines = append(lines, part...)
	}
	return PrintScript(c, lines)
}

// PrintScript prints shell lines as a script for bash, which ends at the first
// line that fails.
func PrintScript(c *cli.Context, lines []string) error {
	lines = append([]string{"#!/bin/bash", "set -eu"}, lines...)
	_, err := fmt.Fprintln(c.App.Writer, strings.Join(lines, "\n"))
	return err
}
