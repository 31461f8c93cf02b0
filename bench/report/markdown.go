package report

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"mydocker/bench/trial"
)

// Markdown writes everything that a person wants to read.
func (r Report) Markdown(out io.Writer) {
	r.Head(out)
	r.Goals(out)
	fmt.Fprintf(out, "\n## Rows\n")
	for _, result := range r.Results {
		Row(out, result)
	}
}

// Head says what was measured on which machine.
func (r Report) Head(out io.Writer) {
	fmt.Fprintf(out, "# Benchmark\n\n%s, %d × %s, Linux %s, %.0f GB. %d turns each.\n\n",
		r.Machine.Date, r.Machine.Processors, r.Machine.Processor, r.Machine.Kernel, float64(r.Machine.Memory)/1e9, r.Rounds)
	for _, p := range r.Programs {
		fmt.Fprintf(out, "- %s: %s\n", p.Name, p.Version)
	}
	for _, absent := range r.Absent {
		fmt.Fprintf(out, "- %s\n", strings.TrimSpace(absent))
	}
}

// Goals writes what was wanted beside what was measured.
func (r Report) Goals(out io.Writer) {
	fmt.Fprintf(out, "\n## Goals\n\n")
	if busy := r.busiest(); busy > float64(r.Machine.Processors)/4 {
		fmt.Fprintf(out, "**The machine had other work**, which kept up to %.1f of %d processors busy. Even ratios are then\n"+
			"unfair to a program of one thread beside one of several; take no verdict from this run.\n\n", busy, r.Machine.Processors)
	}
	fmt.Fprintln(out, "| work | at most | that is | measured | ratio | reached |")
	fmt.Fprintln(out, "|---|---|---|---|---|---|")
	for _, result := range r.Results {
		for _, goal := range result.Goals {
			writeGoal(out, result, goal)
		}
	}
}

// busiest is how many processors others kept busy before the row for which those were most.
func (r Report) busiest() (processors float64) {
	for _, result := range r.Results {
		processors = max(processors, result.Others)
	}
	return processors
}

func writeGoal(out io.Writer, result trial.Result, goal trial.Goal) {
	work := result.Title
	if goal.Of != "mydocker" {
		work += ": " + strings.TrimPrefix(goal.Of, "mydocker: ")
	}
	verdict, known := result.Judge(goal)
	if !known {
		fmt.Fprintf(out, "| %s | %s | | not measured | | |\n", work, goal.String(result.Unit))
		return
	}
	reached := "**no**"
	if verdict.Reached {
		reached = "yes"
	}
	fmt.Fprintf(out, "| %s | %s | %s | %s | %s | %s |\n", work, goal.String(result.Unit),
		number(verdict.Limit, result.Unit), number(verdict.Measured, result.Unit), ratio(verdict.Ratio), reached)
}

// Row writes one row with every program in it.
func Row(out io.Writer, result trial.Result) {
	fmt.Fprintf(out, "\n### %s\n\n", result.Title)
	fmt.Fprintf(out, "Processors that others kept busy before the row: %.2f.\n\n", result.Others)
	for _, failure := range result.Failures() {
		fmt.Fprintf(out, "Failed: %s\n\n", failure)
	}
	fmt.Fprintf(out, "| | median | p95 | turns | × the first |\n|---|---|---|---|---|\n")
	first := math.NaN()
	for _, series := range result.Series {
		if len(series.Values) == 0 {
			continue
		}
		median := series.Median()
		if math.IsNaN(first) {
			first = median
		}
		fmt.Fprintf(out, "| %s | %s | %s | %d | %s |\n", series.Name,
			number(median, result.Unit), number(series.P95(), result.Unit), len(series.Values), ratio(median/first))
	}
}

// number gives three digits, which are as many as mean something.
func number(value float64, unit string) string { return digits(value) + " " + unit }

func ratio(value float64) string {
	if math.IsNaN(value) {
		return ""
	}
	return digits(value)
}

func digits(value float64) string {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return "?"
	}
	after := 0 // digits after the point
	for limit := 100.0; after < 3 && math.Abs(value) < limit; limit /= 10 {
		after++
	}
	return strconv.FormatFloat(value, 'f', after, 64)
}
