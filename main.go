// mydocker runs containers on one Linux host, without a daemon.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli"
	"golang.org/x/sys/unix"

	"mydocker/command"
	"mydocker/container"
	"mydocker/engine"
	"mydocker/internal/detach"
	"mydocker/internal/failpoint"
)

// version is set when the program is built.
var version = "development"

func main() {
	// A file that would become too long (RLIMIT_FSIZE) is an error like any
	// other, and not the end of a monitor.
	signal.Ignore(unix.SIGXFSZ)
	if container.IsInit(os.Args) {
		container.Init()
	}
	if os.Args[0] == engine.MonitorName {
		os.Exit(report(engine.Monitor(os.Args[1:])))
	}
	command.SpeakPlainly()
	failpoint.Play("cli")
	if err := detach.Begin(); err != nil {
		os.Exit(report(err))
	}
	if detach.Possible() {
		failpoint.Born("cli", os.Getpid()) // its caller knows another process
	}
	os.Exit(stay(report(obey(os.Args))))
}

// stay has a command stay with what it has started in the background, if that needs it.
// Its caller takes it for ended then, with the status.
func stay(status int) int {
	if err := command.Stay(status); err != nil {
		return report(err)
	}
	return status
}

// obey runs a command. One whose output was lost has failed.
func obey(arguments []string) error {
	output := &command.Output{To: os.Stdout}
	err := newApp(output, arguments[1:]).Run(arguments)
	var attached command.Attached
	if errors.As(err, &attached) {
		if separated, found := attached.Separate(arguments); found {
			return obey(separated)
		}
	}
	return output.Judge(err)
}

func newApp(output io.Writer, words []string) *cli.App {
	cli.HelpFlag = cli.BoolFlag{Name: "help", Usage: "show help"}
	app := cli.NewApp()
	app.Name = "mydocker"
	app.Writer = output
	app.Usage = "run containers on one Linux host, without a daemon"
	app.Version = version
	app.EnableBashCompletion = true
	app.UseShortOptionHandling = true
	app.Flags = command.GlobalFlags()
	app.Before = command.Prepare
	app.Commands = commands(words)
	app.CommandNotFound = nil
	app.Action = unknown
	app.OnUsageError = usage
	app.ExitErrHandler = func(*cli.Context, error) {} // report does it
	return app
}

// unknown is what happens when the first word, or the one after "network" or
// "image", is no command.
func unknown(c *cli.Context) error {
	if !c.Args().Present() {
		return cli.ShowAppHelp(c)
	}
	return fmt.Errorf("running command %q: no such command; \"%s help\" lists them", c.Args().First(), c.App.Name)
}

func usage(c *cli.Context, err error, _ bool) error {
	if attached, is := command.FindAttached(c, err); is {
		return attached
	}
	switch {
	case !errors.Is(err, flag.ErrHelp): // which is how package flag takes -h
		return command.UsageError(c, err)
	case c.Command.Name == "":
		return cli.ShowAppHelp(c)
	}
	return cli.ShowCommandHelp(c, c.Command.Name)
}

// report prints an error, once and for all, and gives the exit status.
func report(err error) int {
	if err == nil {
		return 0
	}
	var silent command.ExitStatus
	if errors.As(err, &silent) {
		return int(silent)
	}
	logrus.Error(err)
	var coder interface{ ExitCode() int }
	if errors.As(err, &coder) {
		return coder.ExitCode()
	}
	return 1
}
