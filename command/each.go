package command

import (
	"errors"
	"fmt"

	"github.com/urfave/cli"

	"mydocker/engine"
)

// eachArgument does something to each object that is named and goes on past
// those with which it does not go well.
func eachArgument(c *cli.Context, do func(e *engine.Engine, name string) error) error {
	e, err := someChanger(c)
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range c.Args() {
		errs = append(errs, do(e, name))
	}
	return errors.Join(errs...)
}

// someChanger is Changer for a command that has to be given something.
func someChanger(c *cli.Context) (*engine.Engine, error) {
	if err := some(c); err != nil {
		return nil, err
	}
	return Changer(c)
}

// naming says the name of each object with which it went well, as docker does.
func naming(c *cli.Context, do func(e *engine.Engine, name string) error) func(*engine.Engine, string) error {
	return func(e *engine.Engine, name string) error {
		err := do(e, name)
		if err == nil {
			fmt.Fprintln(c.App.Writer, name)
		}
		return err
	}
}

// atOnce bounds how many containers are ended at the same time. Nearly all of
// the time is spent waiting for programs and for the kernel.
const atOnce = 16

// eachAtOnce is eachArgument for what mostly waits. What it says of each, and its
// errors, come in the order of the arguments.
func eachAtOnce(c *cli.Context, do func(e *engine.Engine, name string) error, done func(name string)) error {
	e, err := someChanger(c)
	if err != nil {
		return err
	}
	names, turns := c.Args(), make(chan struct{}, atOnce)
	results := make([]chan error, len(names))
	for i, name := range names {
		results[i] = make(chan error, 1)
		go func() {
			turns <- struct{}{}
			results[i] <- do(e, name)
			<-turns
		}()
	}
	return inOrder(names, results, done)
}

func inOrder(names []string, results []chan error, done func(name string)) error {
	var errs []error
	for i, name := range names {
		err := <-results[i]
		if err == nil {
			done(name)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
