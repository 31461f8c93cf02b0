package command

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli"

	"mydocker/engine"
)

// Network makes, lists and removes networks.
func Network() cli.Command {
	return cli.Command{
		Name:  "network",
		Usage: "create, list, inspect and remove networks",
		Subcommands: []cli.Command{
			networkCreate(), networkList(), networkInspect(), networkRemove(),
		},
	}
}

func networkCreate() cli.Command {
	return cli.Command{
		Name:      "create",
		Usage:     "make a network",
		ArgsUsage: "NAME",
		Flags: []cli.Flag{
			cli.StringFlag{Name: "d, driver", Value: "bridge", Usage: "how containers are connected: bridge"},
			cli.StringFlag{Name: "subnet", Usage: "addresses as `CIDR`; one with host bits is the gateway's (default: the first free subnet)"},
			ExplainFlag(),
		},
		Action: createNetwork,
	}
}

func createNetwork(c *cli.Context) error {
	if err := exactly(c, 1); err != nil {
		return err
	}
	options := engine.NetworkOptions{Name: c.Args().First(), Driver: c.String("driver"), Subnet: c.String("subnet")}
	if c.Bool("explain") {
		e, err := Reader(c)
		if err != nil {
			return err
		}
		lines, err := e.ExplainCreateNetwork(options)
		if err != nil {
			return err
		}
		return PrintScript(c, lines)
	}
	e, err := Changer(c)
	if err != nil {
		return err
	}
	return e.CreateNetwork(options)
}

func networkList() cli.Command {
	return cli.Command{
		Name:    "list",
		Aliases: []string{"ls"},
		Usage:   "list networks",
		Flags: []cli.Flag{
			cli.BoolFlag{Name: "q, quiet", Usage: "print names only"},
			cli.StringFlag{Name: "format", Usage: "a Go template for each network, or json"},
		},
		Action: listNetworks,
	}
}

func listNetworks(c *cli.Context) error {
	if err := exactly(c, 0); err != nil {
		return err
	}
	e, err := Reader(c)
	if err != nil {
		return err
	}
	networks, err := e.Networks()
	if errors.Is(err, fs.ErrPermission) { // who may not look knows nothing
		return err
	}
	if err != nil {
		logrus.Warn(err)
	}
	if format := formatOf(c); format != "" {
		return printFormatted(c, format, networks)
	}
	if c.Bool("quiet") {
		for _, network := range networks {
			fmt.Fprintln(c.App.Writer, network.Name)
		}
		return nil
	}
	table := newTable(c, "NAME\tIpRange\tDriver")
	for _, network := range networks {
		table.line(network.Name, fmt.Sprint(network.GatewayPrefix()), network.Driver)
	}
	return table.Flush()
}

func networkInspect() cli.Command {
	return cli.Command{
		Name:         "inspect",
		Usage:        "print all that is known of networks",
		ArgsUsage:    "NAME...",
		Flags:        []cli.Flag{formatFlag()},
		Action:       func(c *cli.Context) error { return inspectEach(c, inspectNetwork) },
		BashComplete: completeNetworks,
	}
}

func inspectNetwork(e *engine.Engine, name string) (any, error) { return e.InspectNetwork(name) }

func networkRemove() cli.Command {
	return cli.Command{
		Name:      "remove",
		Aliases:   []string{"rm"},
		Usage:     "remove networks",
		ArgsUsage: "NAME...",
		Flags:     []cli.Flag{ExplainFlag()},
		Action: func(c *cli.Context) error {
			if c.Bool("explain") {
				return explainEach(c, (*engine.Engine).ExplainRemoveNetwork)
			}
			return eachArgument(c, func(e *engine.Engine, name string) error { return e.RemoveNetwork(name) })
		},
		BashComplete: completeNetworks,
	}
}
