// Package gate counts what a run costs in terms that do not depend on the
// machine, and compares the counts with ceilings that are kept in a file.
package gate

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"mydocker/bench/rows"
	"mydocker/bench/trial"
)

// A Ceiling is one figure that must not be exceeded.
type Ceiling struct {
	Figure string  `json:"figure"`
	AtMost float64 `json:"atMost"`
	Reason string  `json:"reason"`
}

// Check prints every figure beside its ceiling. It fails when one is exceeded,
// and when a figure has no ceiling or a ceiling no figure.
func Check(out io.Writer, path string, stage *rows.Stage) error {
	ceilings, err := read(path)
	if err != nil {
		return err
	}
	figures, err := measure(stage)
	if err != nil {
		return err
	}
	return compare(out, ceilings, figures)
}

func read(path string) ([]Ceiling, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var ceilings []Ceiling
	if err := json.Unmarshal(content, &ceilings); err != nil {
		return nil, fmt.Errorf("reading ceilings %q: %w", path, err)
	}
	return ceilings, nil
}

// A figure is what was counted or measured.
type figure struct {
	name  string
	value float64
}

func compare(out io.Writer, ceilings []Ceiling, figures []figure) (err error) {
	fmt.Fprintf(out, "%-56s %10s %10s\n", "figure", "measured", "at most")
	for _, f := range figures {
		i := slices.IndexFunc(ceilings, func(c Ceiling) bool { return c.Figure == f.name })
		if i < 0 {
			fmt.Fprintf(out, "%-56s %10.4g %10s\n", f.name, f.value, "?")
			err = errors.Join(err, fmt.Errorf("%s: there is no ceiling for it", f.name))
			continue
		}
		fmt.Fprintf(out, "%-56s %10.4g %10.4g\n", f.name, f.value, ceilings[i].AtMost)
		if f.value > ceilings[i].AtMost {
			err = errors.Join(err, fmt.Errorf("%s: %.4g, at most %.4g: %s", f.name, f.value, ceilings[i].AtMost, ceilings[i].Reason))
		}
		ceilings = slices.Delete(slices.Clone(ceilings), i, i+1)
	}
	for _, c := range ceilings {
		err = errors.Join(err, fmt.Errorf("%s: there is a ceiling, but no such figure", c.Figure))
	}
	return err
}

// measure counts two kinds of run and compares one with the floor.
func measure(stage *rows.Stage) ([]figure, error) {
	p := stage.Mydocker
	var figures []figure
	for _, kind := range []struct {
		name string
		run  command
	}{
		{"run", p.Run}, {"run with network and port", p.RunNetwork},
		{"run in the background", p.Background},
	} {
		c, err := countMedian(kind.run, filepath.Join(stage.Scratch, "strace"))
		if err != nil {
			return nil, err
		}
		figures = append(figures,
			figure{"system calls of a " + kind.name, c.calls},
			figure{"processes that a " + kind.name + " starts", c.processes},
			figure{"threads that a " + kind.name + " starts", c.threads},
		)
	}
	ratio, err := ratioToFloor(stage)
	return append(figures, figure{"time of a run, in times of unshare's", ratio}), err
}

func ratioToFloor(stage *rows.Stage) (float64, error) {
	turns := trial.Turns{Rounds: 20, WarmUp: 2, Gap: 150 * time.Millisecond}
	result := trial.Result{Series: turns.Take(stage.RunAndFloor())}
	for _, failure := range result.Failures() {
		return 0, errors.New(failure)
	}
	return result.Series[0].Median() / result.Series[1].Median(), nil
}
