package command

import (
	"github.com/urfave/cli"
)

// Attach shows a running container.
func Attach() cli.Command {
	return cli.Command{
		Name:      "attach",
		Usage:     "show a running container's terminal or pipes; ctrl-p ctrl-q leaves",
		ArgsUsage: "CONTAINER",
		Flags: []cli.Flag{
			cli.BoolFlag{Name: "no-stdin", Usage: "pass no input on"},
			cli.BoolTFlag{Name: "sig-proxy", Usage: "pass signals on (--sig-proxy=false does not)"},
		},
		Action:       attachTo,
		BashComplete: completeRunning,
	}
}

func attachTo(c *cli.Context) error {
	if err := exactly(c, 1); err != nil {
		return err
	}
	e, err := Reader(c)
	if err != nil {
		return err
	}
	session, err := e.Attach(c.Args().First())
	if err != nil {
		return OwnError(err)
	}
	return Show(session, ShowOptions{
		Stdin: session.Stdin && !c.Bool("no-stdin"), Rejoin: true, NoProxy: !c.BoolT("sig-proxy"),
	})
}
