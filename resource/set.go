package resource

import (
	"errors"
	"fmt"
	"time"

	"mydocker/internal/failpoint"
)

// Set is an ordered list of resources. Each may depend on those before it.
type Set []Resource

// Step reports one verb that was carried out, for tracing.
type Step struct {
	Verb     string // "create" or "remove"
	Resource Resource
	Took     time.Duration
	Err      error
}

// Observer is told of each step; nil observes nothing.
type Observer func(Step)

// Create makes the resources in order, up to the first that fails. What is there
// by then stays: it may have been there before, with all that somebody has put
// into it. Whoever does not want it removes the whole set, which was written
// down before.
func (s Set) Create(observe Observer) error {
	for _, r := range s {
		if err := timed("create", r, r.Create, observe); err != nil {
			return fmt.Errorf("creating %s: %w", r, err)
		}
	}
	return nil
}

// Remove unmakes the resources in reverse order. It carries on past errors
// and returns them joined.
func (s Set) Remove(observe Observer) error {
	var errs []error
	for i := len(s) - 1; i >= 0; i-- {
		if err := timed("remove", s[i], s[i].Remove, observe); err != nil {
			errs = append(errs, fmt.Errorf("removing %s: %w", s[i], err))
		}
	}
	return errors.Join(errs...)
}

func timed(verb string, r Resource, do func() error, observe Observer) error {
	began := time.Now()
	err := failpoint.Around(verb+" "+r.Kind(), do)
	if observe != nil {
		observe(Step{Verb: verb, Resource: r, Took: time.Since(began), Err: err})
	}
	return err
}
