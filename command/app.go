// Package command holds every command but run, one file each: it reads flags,
// makes one call of the engine and prints.
package command

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli"

	"mydocker/engine"
	"mydocker/state"
)

// GlobalFlags stand before the command.
func GlobalFlags() []cli.Flag {
	return []cli.Flag{
		cli.StringFlag{Name: "root", Value: state.DefaultRoot, EnvVar: "MYDOCKER_ROOT", Usage: "where containers, images and networks are kept"},
		cli.StringFlag{Name: "run-root", Value: state.DefaultRunRoot, EnvVar: "MYDOCKER_RUN_ROOT", Usage: "where the state of running containers is kept"},
		cli.StringFlag{Name: "log-level", Value: "info", Usage: "what to say on stderr: error, warn, info, debug or trace"},
		cli.StringFlag{Name: "log-format", Value: "text", Usage: "how to say it: text or json"},
	}
}

// SpeakPlainly has messages written for people, until Prepare knows better.
func SpeakPlainly() { logrus.SetFormatter(plain{}) }

// Prepare obeys the global flags.
func Prepare(c *cli.Context) error {
	level, err := logrus.ParseLevel(c.String("log-level"))
	if err != nil {
		return fmt.Errorf("parsing log level %q: must be error, warn, info, debug or trace", c.String("log-level"))
	}
	logrus.SetLevel(level)
	switch c.String("log-format") {
	case "text":
	case "json":
		logrus.SetFormatter(&logrus.JSONFormatter{})
	default:
		return fmt.Errorf("parsing log format %q: must be text or json", c.String("log-format"))
	}
	return nil
}

// plain writes messages for people: the program's name and the message.
type plain struct{}

func (plain) Format(entry *logrus.Entry) ([]byte, error) {
	if entry.Level >= logrus.InfoLevel {
		return []byte(entry.Message + "\n"), nil
	}
	// Errors of several objects come as one, a line for each.
	return []byte("mydocker: " + strings.ReplaceAll(entry.Message, "\n", "\nmydocker: ") + "\n"), nil
}

// Reader gives the engine to a command that changes nothing.
func Reader(c *cli.Context) (*engine.Engine, error) {
	e, err := looker(c)
	if err == nil {
		err = e.Layout.CheckPlaces()
	}
	return e, err
}

// looker gives the engine to doctor, which says itself what it cannot look at.
func looker(c *cli.Context) (*engine.Engine, error) {
	layout := state.Layout{Root: c.GlobalString("root"), RunRoot: c.GlobalString("run-root")}
	if err := layout.Validate(); err != nil {
		return nil, err
	}
	return engine.New(layout), nil
}

// Changer gives the engine to a command that changes something, after what
// dead commands left has been cleaned up. What cannot be cleaned up is said
// and stops nobody.
func Changer(c *cli.Context) (*engine.Engine, error) {
	e, err := Reader(c)
	if err != nil {
		return nil, err
	}
	if err := e.Reconcile(); err != nil {
		logrus.Warn(err)
	}
	return e, nil
}

// ExitStatus ends the program with that status and without a word.
type ExitStatus int

func (s ExitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// statusError is an error with an exit status of its own.
type statusError struct {
	error
	status int
}

func (e statusError) ExitCode() int { return e.status }
func (e statusError) Unwrap() error { return e.error }

// exitEngine is the exit status for errors of mydocker itself where the
// program's own status is passed on, docker's.
const exitEngine = 125

// OwnError marks an error of run and exec as mydocker's and not the
// program's, unless it has an exit status already.
func OwnError(err error) error {
	if err == nil {
		return nil
	}
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) || errors.As(err, new(ExitStatus)) {
		return err
	}
	return statusError{err, exitEngine}
}

// UsageError says what is wrong with a command line and where help is.
func UsageError(c *cli.Context, err error) error {
	name := strings.TrimSpace("mydocker " + strings.TrimPrefix(c.Command.FullName(), "mydocker"))
	return statusError{fmt.Errorf("%w; see \"%s --help\"", err, name), exitEngine}
}

// exactly refuses a wrong number of arguments.
func exactly(c *cli.Context, number int) error {
	if err := refuseFlags(c); err != nil {
		return err
	}
	if c.NArg() != number {
		return UsageError(c, fmt.Errorf("reading arguments: %s wanted, %d given", cmp.Or(c.Command.ArgsUsage, "none"), c.NArg()))
	}
	return nil
}

// refuseFlags refuses arguments that are flags, which the library takes for arguments
// where it does not know them behind one: "kill box -sHUP" is to kill nobody.
func refuseFlags(c *cli.Context) error {
	for _, word := range c.Args() {
		if strings.HasPrefix(word, "-") && word != "-" {
			return UsageError(c, fmt.Errorf("reading arguments: %q is a flag that is unknown here; flags with a value behind them stand first, and a file is ./%s", word, word))
		}
	}
	return nil
}

// some refuses a command line without arguments.
func some(c *cli.Context) error {
	if err := refuseFlags(c); err != nil {
		return err
	}
	if c.NArg() == 0 {
		return UsageError(c, fmt.Errorf("reading arguments: %s wanted, none given", c.Command.ArgsUsage))
	}
	return nil
}
