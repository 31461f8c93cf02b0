package command

import (
	"bufio"
	"fmt"

	"github.com/urfave/cli"
)

// Diff tells what a container has changed of its image's files.
func Diff() cli.Command {
	return cli.Command{
		Name:         "diff",
		Usage:        "list the files that a container has added (A), changed (C) or deleted (D)",
		ArgsUsage:    "CONTAINER",
		Action:       diff,
		BashComplete: completeContainers,
	}
}

func diff(c *cli.Context) error {
	if err := exactly(c, 1); err != nil {
		return err
	}
	e, err := Reader(c)
	if err != nil {
		return err
	}
	changes, err := e.Changes(c.Args().First())
	if err != nil {
		return err
	}
	out := bufio.NewWriter(c.App.Writer)
	for _, change := range changes {
		fmt.Fprintln(out, change.Kind, change.Path)
	}
	return out.Flush()
}
