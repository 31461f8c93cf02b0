package main

import (
	"slices"

	"github.com/urfave/cli"

	"mydocker/command"
)

// entry is how to make a command of that name.
type entry struct {
	name string
	make func() cli.Command
}

// table is all of the commands, in the order in which help lists them.
var table = []entry{
	{"run", runCommand},
	{"ps", command.Ps},
	{"logs", command.Logs},
	{"exec", command.Exec},
	{"attach", command.Attach},
	{"stop", command.Stop},
	{"start", command.Start},
	{"kill", command.Kill},
	{"wait", command.Wait},
	{"rm", command.Remove},
	{"inspect", command.Inspect},
	{"explain", command.Explain},
	{"commit", command.Commit},
	{"cp", command.Copy},
	{"diff", command.Diff},
	{"export", command.Export},
	{"image", command.Image},
	{"images", command.Images},
	{"rmi", command.RemoveImage},
	{"tag", command.Tag},
	{"network", command.Network},
	{"doctor", command.Doctor},
	{"info", command.Info},
	{"version", func() cli.Command { return command.Version(version) }},
	{"completion", command.Completion},
}

// commands makes those that a command line needs, which is one if it begins with its
// name: making all takes a tenth of a millisecond.
func commands(words []string) []cli.Command {
	wanted := table
	if at := slices.IndexFunc(table, func(each entry) bool { return len(words) > 0 && each.name == words[0] }); at >= 0 {
		wanted = table[at : at+1]
	}
	var made []cli.Command
	for _, each := range wanted {
		made = append(made, each.make())
	}
	equip(made)
	return made
}

// equip gives the commands what they have in common.
func equip(commands []cli.Command) {
	for i := range commands {
		commands[i].OnUsageError = usage
		commands[i].UseShortOptionHandling = true
		if objects := commands[i].BashComplete; objects != nil {
			commands[i].BashComplete = command.OrFlags(commands[i], objects)
		}
		if len(commands[i].Subcommands) > 0 {
			commands[i].Action = unknown
		}
		equip(commands[i].Subcommands)
	}
}
