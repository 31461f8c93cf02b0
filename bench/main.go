// Bench measures mydocker beside its peers, on a host of its own, and counts
// for the gate in CI what a run costs whatever the machine.
//
//	bench [-rows KEYS] [-rounds N] [-short] [-out DIRECTORY] [-binary PATH]
//	bench -gate [-ceilings FILE] [-binary PATH]
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"mydocker/bench/gate"
	"mydocker/bench/host"
	"mydocker/bench/report"
	"mydocker/bench/rows"
	"mydocker/bench/trial"
)

// gap lets the kernel clear away the last network namespace, so that no
// program waits for what another one left.
const gap = 150 * time.Millisecond

// options are the command line.
type options struct {
	rows     []string
	rounds   int
	short    bool
	out      string
	binary   string
	gate     bool
	ceilings string
}

func main() {
	os.Exit(host.Run(work, func(err error) { fmt.Fprintf(os.Stderr, "bench: %v\n", err) }))
}

func readOptions() (o options) {
	chosen := flag.String("rows", "", "measure these rows only, by their keys")
	flag.IntVar(&o.rounds, "rounds", 30, "how many turns each program gets")
	flag.BoolVar(&o.short, "short", false, "measure without docker and podman, and less of everything")
	flag.StringVar(&o.out, "out", "", "write results and charts into this directory")
	flag.StringVar(&o.binary, "binary", "./mydocker", "the mydocker to measure")
	flag.BoolVar(&o.gate, "gate", false, "count, and compare with the ceilings")
	flag.StringVar(&o.ceilings, "ceilings", "bench/ceilings.json", "where the ceilings are")
	flag.Parse()
	o.rows = strings.FieldsFunc(*chosen, func(r rune) bool { return r == ' ' || r == ',' })
	return o
}

// work is what is done on the host.
func work(h host.Host) (err error) {
	o := readOptions()
	size := rows.Full
	if o.short || o.gate {
		size = rows.Short
	}
	stage, err := rows.Setup(h, o.binary, size, !o.short && !o.gate)
	if stage != nil {
		defer func() { err = errors.Join(err, stage.End()) }()
	}
	switch {
	case err != nil:
		return err
	case o.gate:
		return gate.Check(os.Stdout, o.ceilings, stage)
	}
	return measure(o, stage)
}

func measure(o options, stage *rows.Stage) error {
	chosen, err := rows.Select(rows.All(stage), o.rows)
	if err != nil {
		return err
	}
	for _, absent := range stage.Absent {
		say("%s", absent)
	}
	turns := trial.Turns{Rounds: o.rounds, WarmUp: 2, Gap: gap}
	r := report.Report{
		Machine: report.ReadMachine(time.Now().Format(time.RFC3339), runtime.NumCPU()),
		Absent:  stage.Absent, Rounds: o.rounds,
	}
	for _, p := range stage.Programs() {
		r.Programs = append(r.Programs, report.Program{Name: p.Name, Version: p.Version})
	}
	r.Head(os.Stdout)
	failed := false
	for _, row := range chosen {
		began := time.Now()
		result := row.Measure(turns)
		for _, failure := range result.Failures() {
			say("%s: %s", row.Key, failure)
			failed = true
		}
		report.Row(os.Stdout, result) // now: the rest may take its time
		say("%s took %.0f s", row.Key, time.Since(began).Seconds())
		r.Results = append(r.Results, result)
	}
	r.Goals(os.Stdout)
	if o.out != "" {
		err = r.Write(o.out)
	}
	if failed {
		err = errors.Join(err, errors.New("not everything could be measured; see above"))
	}
	return err
}

func say(format string, values ...any) { fmt.Fprintf(os.Stderr, "bench: "+format+"\n", values...) }
