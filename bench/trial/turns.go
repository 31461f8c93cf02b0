// Package trial lets programs take turns at a piece of work, and keeps what
// each turn measured.
package trial

import (
	"errors"
	"fmt"
	"time"
)

// A Contender is one of those that take turns.
type Contender struct {
	Name string // as in the tables

	// Prepare and Finish surround each turn; they are not measured and may be
	// nil. Finish also clears away what a turn left that failed.
	Prepare, Finish func(turn int) error

	// Measure does the work and gives what it cost, in the row's unit.
	Measure func(turn int) (float64, error)

	// Most limits the turns of one that is slow; 0 means no limit.
	Most int
}

// Turns says how they are taken.
type Turns struct {
	Rounds int
	WarmUp int           // rounds before those that count
	Gap    time.Duration // idle time before each turn
}

// Series is what one contender's turns measured, in their order.
type Series struct {
	Name   string    `json:"name"`
	Values []float64 `json:"values"`
	Error  string    `json:"error,omitempty"` // why it has no more turns
}

// Take goes round the contenders, A B C A B C …, so that whatever else the
// machine does meanwhile meets all of them. Turns are numbered from 0, warm-up
// included. Who fails has no more turns; the others go on.
func (t Turns) Take(contenders []Contender) []Series {
	series := make([]Series, len(contenders))
	for round := range t.WarmUp + t.Rounds {
		for i, contender := range contenders {
			series[i].Name = contender.Name
			if series[i].Error != "" || contender.Most > 0 && len(series[i].Values) == contender.Most {
				continue
			}
			value, err := contender.turn(round, t.Gap)
			switch {
			case err != nil:
				series[i].Error = fmt.Sprintf("turn %d: %v", round, err)
			case round >= t.WarmUp:
				series[i].Values = append(series[i].Values, value)
			}
		}
	}
	return series
}

// Once is one turn for each, and none to warm up: for work that is long.
func (t Turns) Once() Turns { return Turns{Rounds: 1, Gap: t.Gap} }

// AtMost takes no more than so many rounds.
func (t Turns) AtMost(rounds int) Turns {
	t.Rounds = min(t.Rounds, rounds)
	return t
}

func (c Contender) turn(number int, gap time.Duration) (value float64, err error) {
	if c.Prepare != nil {
		if err := c.Prepare(number); err != nil {
			return 0, fmt.Errorf("preparing: %w", err)
		}
	}
	time.Sleep(gap)
	value, err = c.Measure(number)
	if c.Finish != nil {
		if late := c.Finish(number); late != nil && err == nil {
			err = fmt.Errorf("finishing: %w", late)
		}
	}
	return value, err
}

// Timed measures work in milliseconds.
func Timed(work func(turn int) error) func(turn int) (float64, error) {
	return func(turn int) (float64, error) {
		began := time.Now()
		err := work(turn)
		return Milliseconds(time.Since(began)), err
	}
}

// Milliseconds gives a duration as a number of them.
func Milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// Absent is a contender that is not here.
func Absent(name string) Contender {
	return Contender{Name: name, Measure: func(int) (float64, error) { return 0, errAbsent }}
}

var errAbsent = errors.New("not here")
