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
		command.Tag(),
		command.Network(),
		command.Doctor(),
		command.Info(),
		command.Version(version),
		command.Completion(),
	}
	equip(table)
	return table
}

// equip gives the commands what they have in common.
func equip(table []cli.Command) {
	for i := range table {
		table[i].OnUsageError = usage
		table[i].UseShortOptionHandling = true
		if objects := table[i].BashComplete; objects != nil {
			table[i].BashComplete = command.OrFlags(table[i], objects)
		}
		if len(table[i].Subcommands) > 0 {
			table[i].Action = unknown
		}
		equip(table[i].Subcommands)
	}
}
