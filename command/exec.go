package command

import (
	"errors"
	"os"

	"github.com/moby/term"
	"github.com/urfave/cli"

	"mydocker/engine"
	"mydocker/flags"
)

// Exec runs a further program in a running container.
func Exec() cli.Command {
	return cli.Command{
		Name:           "exec",
		Usage:          "run a further program in a running container",
		ArgsUsage:      "CONTAINER COMMAND...",
		SkipArgReorder: true, // flags after CONTAINER belong to the program
		Flags: []cli.Flag{
			cli.BoolFlag{Name: "i, interactive", Usage: "let the program read standard input"},
			cli.BoolFlag{Name: "t, tty", Usage: "give the program a terminal"},
			cli.BoolFlag{Name: "d, detach", Usage: "run in the background"},
			Repeated{cli.StringSliceFlag{Name: "e, env", Usage: "set an environment variable: `KEY=VALUE`"}},
			cli.StringFlag{Name: "w, workdir", Usage: "the program's working directory"},
			cli.BoolFlag{Name: "privileged", Usage: "give the program all capabilities"},
			cli.StringFlag{Name: "u, user", Usage: "run as `USER[:GROUP]`, names or numbers"},
			ExplainFlag(),
		},
		Action:       func(c *cli.Context) error { return OwnError(exec(c)) },
		BashComplete: completeRunning,
	}
}

func exec(c *cli.Context) error {
	if c.NArg() < 2 {
		return UsageError(c, errors.New("reading arguments: CONTAINER and COMMAND wanted"))
	}
	options, err := execOptions(c)
	if err != nil {
		return err
	}
	e, err := Reader(c)
	if err != nil {
		return err
	}
	if c.Bool("explain") {
		lines, err := e.ExplainExec(c.Args().First(), options)
		if err != nil {
			return err
		}
		return PrintScript(c, lines)
	}
	process, err := e.Exec(c.Args().First(), options)
	switch {
	case err != nil:
		return err
	case options.Detached:
		Remain(process)
		return nil
	}
	return showProcess(process, c.Bool("interactive"))
}

func execOptions(c *cli.Context) (engine.ExecOptions, error) {
	options := engine.ExecOptions{
		Args: c.Args().Tail(), User: c.String("user"), WorkingDir: c.String("workdir"),
		Terminal: c.Bool("tty"), Detached: c.Bool("detach"), Privileged: c.Bool("privileged"),
	}
	if options.Terminal && options.Detached {
		return options, errors.New("opening a terminal: nobody sees that of a program in the background; leave out -t or -d")
	}
	if options.Terminal && c.Bool("interactive") && !term.IsTerminal(os.Stdin.Fd()) {
		return options, errors.New("opening a terminal: standard input is not one; leave out -t")
	}
	if !options.Terminal && !options.Detached {
		options.Stdout, options.Stderr = os.Stdout, os.Stderr
		if c.Bool("interactive") {
			options.Stdin = os.Stdin
		}
	}
	var err error
	options.Env, err = flags.Environment(c.StringSlice("env"))
	return options, err
}

// showProcess waits for a program that has this process's pipes, or shows its
// terminal.
func showProcess(process *engine.Execution, interactive bool) error {
	finish := func() error { return nil }
	if console := process.Console(); console != nil {
		var err error
		if finish, err = showConsole(console, interactive); err != nil {
			return err
		}
	} else if !process.EndsSoon() {
		forwardSignals(process)
		process.Carry() // now, so that whoever sees output can send signals
	}
	status, err := process.Wait()
	if err = errors.Join(err, finish()); err != nil || status == 0 {
		return err
	}
	return ExitStatus(status)
}
