package command

import (
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/urfave/cli"

	"mydocker/attach"
	"mydocker/engine"
)

// TraceFlag is on the commands that run a container.
func TraceFlag() cli.Flag {
	return cli.BoolFlag{Name: "trace", Usage: "print each step with its microseconds on stderr"}
}

// Trace collects the steps of a command and its container's monitor, and
// prints them when nothing else is printed: before the program's output, and
// after it. A nil Trace does nothing.
type Trace struct {
	began  time.Time
	steps  []attach.Step
	titled bool
}

// StartTrace begins a trace, if the user wants one, before Changer is called.
func StartTrace(c *cli.Context) *Trace {
	if !c.Bool("trace") {
		return nil
	}
	return &Trace{began: time.Now()}
}

// Follow traces what an engine does, which Changer has just given.
func (t *Trace) Follow(e *engine.Engine) {
	if t == nil || e.Trace != nil {
		return
	}
	t.add(attach.Step{What: "see to what dead commands left", Began: t.began, Took: time.Since(t.began)})
	e.Trace = t.add
}

func (t *Trace) add(step attach.Step) {
	if step.Who == "" {
		step.Who = "command"
	}
	t.steps = append(t.steps, step)
}

// Print prints what has been done since it was called last, in the order in
// which it began.
func (t *Trace) Print() {
	if t == nil {
		return
	}
	if !t.titled {
		fmt.Fprintf(os.Stderr, "%9s %9s  %-7s  %s\n", "AT µs", "TOOK µs", "WHO", "STEP")
		t.titled = true
	}
	slices.SortStableFunc(t.steps, func(a, b attach.Step) int { return a.Began.Compare(b.Began) })
	for _, step := range t.steps {
		fmt.Fprintf(os.Stderr, "%9d %9d  %-7s  %s\n", step.Began.Sub(t.began).Microseconds(), step.Took.Microseconds(), step.Who, describeStep(step))
	}
	t.steps = nil
}

func describeStep(step attach.Step) string {
	if step.Error != "" {
		return step.What + ": failed: " + step.Error
	}
	return step.What
}
