package command

import (
	"fmt"
	"strings"

	units "github.com/docker/go-units"
	"github.com/sirupsen/logrus"
	"github.com/urfave/cli"

	"mydocker/engine"
)

// Info describes the host and the instance.
func Info() cli.Command {
	return cli.Command{
		Name:   "info",
		Usage:  "describe this host and what mydocker has on it",
		Flags:  []cli.Flag{cli.StringFlag{Name: "f, format", Usage: "a Go template, or json"}},
		Action: info,
	}
}

func info(c *cli.Context) error {
	if err := exactly(c, 0); err != nil {
		return err
	}
	e, err := Reader(c)
	if err != nil {
		return err
	}
	facts, err := e.Info()
	if err != nil {
		logrus.Warn(err)
	}
	if format := c.String("format"); format != "" {
		return printFormatted(c, format, []engine.Info{facts})
	}
	return PrintLines(c, []string{
		"Root: " + facts.Root,
		"Run root: " + facts.RunRoot,
		fmt.Sprintf("Containers: %d (%d running)", facts.Containers, facts.Running),
		fmt.Sprintf("Images: %d", facts.Images),
		fmt.Sprintf("Networks: %d", facts.Networks),
		fmt.Sprintf("Kernel: %s (%s)", facts.Kernel, facts.Architecture),
		fmt.Sprintf("CPUs: %d", facts.CPUs),
		"Memory: " + units.BytesSize(float64(facts.Memory)),
		"Cgroups: " + strings.Join(facts.Cgroups, ", "),
	})
}
