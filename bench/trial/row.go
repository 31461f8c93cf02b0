package trial

import (
	"fmt"
	"math"
)

// A Row is one piece of work that is measured.
type Row struct {
	Key   string // how BENCH_ROWS names it
	Title string
	Unit  string // of every value: ms, MB
	Goals []Goal

	// Run measures, in turns or in its own way. An error says that the row
	// could not be measured at all.
	Run func(turns Turns) ([]Series, error)
}

// A Goal is a figure that the median of a series must not exceed:
// Factor × the median of Against + Plus. Without Against it is Plus alone.
type Goal struct {
	Of      string
	Against string
	Factor  float64
	Plus    float64
}

// Result is a row after it has been measured.
type Result struct {
	Key    string   `json:"key"`
	Title  string   `json:"title"`
	Unit   string   `json:"unit"`
	Others float64  `json:"others"` // processors that others kept busy, in the mean, during the second before
	Series []Series `json:"series"`
	Error  string   `json:"error,omitempty"`
	Goals  []Goal   `json:"-"`
}

// Verdict is a goal beside what was measured.
type Verdict struct {
	Goal     Goal
	Wanted   string  // "0.25 × runc run"
	Limit    float64 // in the row's unit
	Measured float64
	Ratio    float64 // to the median of Against; NaN where that alone is not the goal
	Reached  bool
}

// Measure takes the row's turns.
func (r Row) Measure(turns Turns) Result {
	result := Result{Key: r.Key, Title: r.Title, Unit: r.Unit, Goals: r.Goals, Others: others()}
	series, err := r.Run(turns)
	if result.Series = series; err != nil {
		result.Error = err.Error()
	}
	return result
}

// Failures lists what went wrong.
func (r Result) Failures() []string {
	var all []string
	if r.Error != "" {
		all = append(all, r.Error)
	}
	for _, series := range r.Series {
		if series.Error != "" {
			all = append(all, series.Name+": "+series.Error)
		}
	}
	return all
}

// Find gives the series of that name, if it was measured.
func (r Result) Find(name string) (Series, bool) {
	for _, s := range r.Series {
		if s.Name == name && len(s.Values) > 0 {
			return s, true
		}
	}
	return Series{}, false
}

// Judge compares a goal with the medians. It tells nothing (false) where one
// of both was not measured.
func (r Result) Judge(goal Goal) (Verdict, bool) {
	of, measured := r.Find(goal.Of)
	if !measured {
		return Verdict{}, false
	}
	v := Verdict{Goal: goal, Limit: goal.Plus, Measured: of.Median(), Ratio: math.NaN(), Wanted: goal.String(r.Unit)}
	if goal.Against != "" {
		against, measured := r.Find(goal.Against)
		if !measured {
			return Verdict{}, false
		}
		v.Limit += goal.Factor * against.Median()
		if goal.Plus == 0 {
			v.Ratio = v.Measured / against.Median()
		}
	}
	v.Reached = v.Measured <= v.Limit
	return v, true
}

// String reads like the goal in words.
func (g Goal) String(unit string) string {
	switch {
	case g.Against == "":
		return fmt.Sprintf("%g %s", g.Plus, unit)
	case g.Plus == 0:
		return fmt.Sprintf("%g × %s", g.Factor, g.Against)
	case g.Factor == 1:
		return fmt.Sprintf("%g %s + %s", g.Plus, unit, g.Against)
	}
	return fmt.Sprintf("%g %s + %g × %s", g.Plus, unit, g.Factor, g.Against)
}
