package command

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	units "github.com/docker/go-units"
	"github.com/moby/term"
	"github.com/urfave/cli"

	"mydocker/engine"
	"mydocker/internal/handle"
	"mydocker/internal/interrupt"
)

// Copy copies between a container and the host.
func Copy() cli.Command {
	return cli.Command{
		Name:      "cp",
		Usage:     "copy files between a container and the host",
		ArgsUsage: "CONTAINER:SOURCE DESTINATION|-  or  SOURCE|- CONTAINER:DESTINATION",
		Description: "\"-\" is a tar archive on standard input or output. SOURCE/. is what is in a directory.\n" +
			"   Into a container files keep the numbers of their owners; out of it they become the caller's, but with -a.",
		Flags: []cli.Flag{
			cli.BoolFlag{Name: "a, archive", Usage: "keep the owners of what comes out of a container"},
			cli.BoolFlag{Name: "L, follow-link", Usage: "copy what the symbolic link SOURCE leads to"},
			cli.BoolFlag{Name: "q, quiet", Usage: "do not tell on a terminal what was copied"},
		},
		Action:       copyFiles,
		BashComplete: completePlaces,
	}
}

// place is one side of a copy: a path of a container, or of the host.
type place struct {
	container string // "": the host
	path      string
}

// parsePlace reads CONTAINER:PATH as docker does: what is absolute, or starts
// with a dot, is a path of the host, whatever colons are in it.
func parsePlace(text string) place {
	container, path, found := strings.Cut(text, ":")
	if !found || container == "" || filepath.IsAbs(text) || strings.HasPrefix(container, ".") {
		return place{path: text}
	}
	return place{container, path}
}

func (p place) isStream() bool { return p.container == "" && p.path == "-" }

func (p place) String() string {
	if p.container == "" {
		return p.path
	}
	return p.container + ":" + p.path
}

func copyFiles(c *cli.Context) error {
	if err := exactly(c, 2); err != nil {
		return err
	}
	from, to := parsePlace(c.Args().First()), parsePlace(c.Args().Get(1))
	switch {
	case from.container == "" && to.container == "":
		return UsageError(c, errors.New("reading arguments: neither side is in a container; write that one as CONTAINER:PATH"))
	case from.container != "" && to.container != "":
		return UsageError(c, fmt.Errorf("reading arguments: both sides are in a container; copy through a pipe: mydocker cp %s - | mydocker cp - %s", from, to))
	}
	e, err := Changer(c)
	if err != nil {
		return err
	}
	return copyBetween(c, e, from, to)
}

func copyBetween(c *cli.Context, e *engine.Engine, from, to place) (err error) {
	options := engine.CopyOptions{Archive: c.Bool("archive"), FollowLink: c.Bool("follow-link")}
	defer interrupt.Before(handle.Abandon)()
	var size int64
	switch {
	case to.isStream():
		if err := refuseTerminal(os.Stdout); err != nil {
			return err
		}
		return e.PackFrom(from.container, from.path, os.Stdout, options)
	case from.isStream():
		return e.UnpackInto(os.Stdin, to.container, to.path)
	case to.container == "":
		size, err = e.CopyFrom(from.container, from.path, to.path, options)
	default:
		size, err = e.CopyTo(from.path, to.container, to.path, options)
	}
	if err == nil && !c.Bool("quiet") && term.IsTerminal(os.Stderr.Fd()) {
		fmt.Fprintf(os.Stderr, "copied %s to %s\n", units.HumanSize(float64(size)), to)
	}
	return err
}

// refuseTerminal refuses to write an archive where somebody would have to read
// it.
func refuseTerminal(file *os.File) error {
	if term.IsTerminal(file.Fd()) {
		return errors.New("writing a tar archive: standard output is a terminal; send it into a file or a pipe")
	}
	return nil
}

func completePlaces(c *cli.Context) {
	e, err := Reader(c)
	if err != nil {
		return
	}
	containers, _ := e.List()
	for _, container := range containers {
		fmt.Fprintln(c.App.Writer, container.Record.Name+":")
	}
}
