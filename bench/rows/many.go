package rows

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"mydocker/bench/program"
)

// numbered gives names from one number to another, that one excluded.
func numbered(p *program.Program, row string, from, to int) []string {
	var names []string
	for i := from; i < to; i++ {
		names = append(names, name(p, row, i))
	}
	return names
}

// onEach does something with all names, some at the same time.
func onEach(names []string, do func(name string) error) error {
	const together = 4
	todo, failures := make(chan string), make(chan error, len(names))
	var hands sync.WaitGroup
	for range together {
		hands.Go(func() {
			for name := range todo {
				failures <- do(name)
			}
		})
	}
	for _, name := range names {
		todo <- name
	}
	close(todo)
	hands.Wait()
	close(failures)
	var all []error
	for failure := range failures {
		all = append(all, failure)
	}
	return summary(all)
}

// summary is the first of several errors, some of which may be nil, and how
// many there are: what fails a hundred times mostly fails for one reason.
func summary(failures []error) error {
	failures = slices.DeleteFunc(failures, func(err error) bool { return err == nil })
	if len(failures) < 2 {
		return errors.Join(failures...)
	}
	return fmt.Errorf("%d failed, the first: %w", len(failures), failures[0])
}

// background starts idle containers.
func background(p *program.Program, names []string) error {
	return onEach(names, func(name string) error { return p.Do(p.Detach(name)) })
}

// removeAll removes containers, in handfuls that fit a command line.
func removeAll(p *program.Program, names []string) error {
	const handful = 200
	for len(names) > 0 {
		n := min(handful, len(names))
		if err := p.Do(p.Remove(names[:n]...)); err != nil {
			return fmt.Errorf("removing %d containers: %w", n, err)
		}
		names = names[n:]
	}
	return nil
}
