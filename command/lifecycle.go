package command

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/urfave/cli"

	"mydocker/engine"
)

// Stop ends containers gently.
func Stop() cli.Command {
	return cli.Command{
		Name:      "stop",
		Usage:     "stop containers: the stop signal, then KILL",
		ArgsUsage: "CONTAINER...",
		Flags: []cli.Flag{
			cli.IntFlag{Name: "t, time", Value: int(engine.DefaultStopTimeout / time.Second), Usage: "kill after so many seconds; -1 waits for ever"},
			ExplainFlag(),
		},
		Action: func(c *cli.Context) error {
			timeout, err := stopTimeout(c.Int("time"))
			if err != nil {
				return err
			}
			if c.Bool("explain") {
				return explainEach(c, func(e *engine.Engine, name string) ([]string, error) { return e.ExplainStop(name, timeout) })
			}
			stop := func(e *engine.Engine, name string) error { return e.Stop(name, timeout) }
			return eachAtOnce(c, stop, func(name string) { fmt.Fprintln(c.App.Writer, name) })
		},
		BashComplete: completeRunning,
	}
}

// stopTimeout refuses what a time.Duration cannot hold, some 292 years.
func stopTimeout(seconds int) (time.Duration, error) {
	const longest = int(math.MaxInt64 / time.Second)
	if seconds > longest {
		return 0, fmt.Errorf("waiting %d seconds for a program's end: at most %d; -1 waits for ever", seconds, longest)
	}
	return max(-1, time.Duration(seconds)) * time.Second, nil
}

// Kill sends a signal.
func Kill() cli.Command {
	return cli.Command{
		Name:      "kill",
		Usage:     "send a signal to containers' programs",
		ArgsUsage: "CONTAINER...",
		Flags:     []cli.Flag{cli.StringFlag{Name: "s, signal", Value: "KILL", Usage: "the signal, a name or a number"}},
		Action: func(c *cli.Context) error {
			return eachArgument(c, naming(c, func(e *engine.Engine, name string) error { return e.Kill(name, c.String("signal")) }))
		},
		BashComplete: completeRunning,
	}
}

// Wait waits for the end.
func Wait() cli.Command {
	return cli.Command{
		Name:         "wait",
		Usage:        "wait until containers end and print their exit status",
		ArgsUsage:    "CONTAINER...",
		Action:       wait,
		BashComplete: completeRunning,
	}
}

func wait(c *cli.Context) error {
	if err := some(c); err != nil {
		return err
	}
	e, err := Reader(c)
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range c.Args() {
		code, err := e.Wait(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		fmt.Fprintln(c.App.Writer, code)
	}
	return errors.Join(errs...)
}

// Start runs ended containers again.
func Start() cli.Command {
	return cli.Command{
		Name:      "start",
		Usage:     "start ended containers again",
		ArgsUsage: "CONTAINER...",
		Flags: []cli.Flag{
			cli.BoolFlag{Name: "a, attach", Usage: "show the container's output and wait for its end"},
			cli.BoolFlag{Name: "i, interactive", Usage: "pass standard input on, too"},
			TraceFlag(),
		},
		Action:       start,
		BashComplete: completeContainers,
	}
}

func start(c *cli.Context) error {
	attached := c.Bool("attach") || c.Bool("interactive")
	trace := StartTrace(c)
	defer trace.Print()
	if !attached {
		return eachArgument(c, naming(c, func(e *engine.Engine, name string) error { return startDetached(e, name, trace) }))
	}
	if err := exactly(c, 1); err != nil {
		return err
	}
	e, err := Changer(c)
	if err != nil {
		return err
	}
	trace.Follow(e)
	session, err := e.Start(c.Args().First(), true)
	if err != nil {
		return OwnError(err)
	}
	trace.Print()
	return Show(session, ShowOptions{Stdin: c.Bool("interactive") && session.Stdin})
}

func startDetached(e *engine.Engine, name string, trace *Trace) error {
	trace.Follow(e)
	session, err := e.Start(name, false)
	if err != nil {
		return err
	}
	Remain(session)
	return session.Connection.Close()
}

// Remove removes containers.
func Remove() cli.Command {
	return cli.Command{
		Name:      "rm",
		Usage:     "remove containers",
		ArgsUsage: "CONTAINER...",
		Flags:     []cli.Flag{cli.BoolFlag{Name: "f, force", Usage: "kill them first when they run"}, ExplainFlag()},
		Action: func(c *cli.Context) error {
			if c.Bool("explain") {
				return explainEach(c, func(e *engine.Engine, name string) ([]string, error) { return e.ExplainRemove(name, c.Bool("force")) })
			}
			remove := func(e *engine.Engine, name string) error { return e.Remove(name, c.Bool("force")) }
			return eachAtOnce(c, remove, func(string) {})
		},
		BashComplete: completeContainers,
	}
}
