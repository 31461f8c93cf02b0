package main

import (
	"github.com/urfave/cli"

	"mydocker/command"
)

// commands is the command table.
func commands() []cli.Command {
	table := []cli.Command{
		runCommand(),
		command.Ps(),
		command.Logs(),
		command.Exec(),
		command.Attach(),
		command.Stop(),
		command.Start(),
		command.Kill(),
		command.Wait(),
		command.Remove(),
		command.Inspect(),
		command.Explain(),
		command.Commit(),
		command.Copy(),
		command.Diff(),
		command.Export(),
		command.Image(),
		command.Images(),
		command.RemoveImage(),
		command.Network(),
		command.Doctor(),
		command.Info(),
		command.Version(version),
		command.Completion(),
	}
	withUsageErrors(table)
	return table
}

func withUsageErrors(table []cli.Command) {
	for i := range table {
		table[i].OnUsageError = usage
		table[i].UseShortOptionHandling = true
		if len(table[i].Subcommands) > 0 {
			table[i].Action = unknown
		}
		withUsageErrors(table[i].Subcommands)
	}
}
