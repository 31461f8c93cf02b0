package command

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/urfave/cli"

	"mydocker/internal/interrupt"
)

// Export writes a container's whole file system as a tar archive.
func Export() cli.Command {
	return cli.Command{
		Name:         "export",
		Usage:        "write a container's whole file system, without its volumes, as a tar archive",
		ArgsUsage:    "CONTAINER",
		Flags:        []cli.Flag{cli.StringFlag{Name: "o, output", Usage: "write to `FILE` and not to standard output"}},
		Action:       export,
		BashComplete: completeContainers,
	}
}

func export(c *cli.Context) error {
	if err := exactly(c, 1); err != nil {
		return err
	}
	name := c.String("output")
	if name == "" {
		if err := refuseTerminal(os.Stdout); err != nil {
			return err
		}
	}
	e, err := Changer(c)
	if err != nil {
		return err
	}
	write := func(to io.Writer) error { return e.Export(c.Args().First(), to) }
	if name == "" {
		return write(os.Stdout)
	}
	return writeFile(name, write)
}

// writeFile writes a file that appears under its name when it is whole. What is
// there and is no plain file, such as a device or a pipe, is written to.
func writeFile(name string, write func(io.Writer) error) error {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		file, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return fmt.Errorf("writing to %q: %w", name, err)
		}
		return errors.Join(write(file), file.Close())
	}
	var part unfinished
	defer interrupt.Before(part.abandon)()
	file, err := part.create(name)
	if err != nil {
		return fmt.Errorf("writing to %q: %w", name, err)
	}
	err = errors.Join(write(file), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}

// unfinished is a file that has not got its name yet.
type unfinished struct {
	sync.Mutex
	path string
}

// create makes it, beside the name that it is to get.
func (u *unfinished) create(name string) (*os.File, error) {
	u.Lock()
	defer u.Unlock()
	file, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return nil, explainNotMade(err, name)
	}
	u.path = file.Name()
	return file, nil
}

// explainNotMade says what is wrong without the temporary name, which nobody has given.
func explainNotMade(err error, name string) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no directory %q; make it first", filepath.Dir(name))
	}
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// abandon removes it, and keeps it from being made afterwards.
func (u *unfinished) abandon() {
	u.Lock() // for ever
	if u.path != "" {
		os.Remove(u.path)
	}
}
