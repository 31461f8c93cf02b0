package rows

import (
	"fmt"
	"os/exec"
	"runtime"
	"sync"
	"time"

	"mydocker/bench/program"
	"mydocker/bench/trial"
)

// crowdRow starts many containers at once and removes them with one command,
// on two processors however many there are. (A daemon has all of them.)
func crowdRow(s *Stage) trial.Row {
	starting, removing := "mydocker: until all run", "mydocker: `rm -f` all"
	return trial.Row{
		Key: "crowd", Title: fmt.Sprintf("%d `run -d` at once, with network", s.Size.Crowd), Unit: "ms",
		Goals: []trial.Goal{{Of: starting, Plus: 1500}, {Of: removing, Plus: 1500}},
		Run: func(turns trial.Turns) ([]trial.Series, error) {
			series := s.crowds(s.Mydocker, turns.AtMost(5), starting, removing)
			for _, p := range present(s.Podman, s.Docker) {
				series = append(series, s.crowds(p, turns.Once(), p.Name+": until all run", p.Name+": `rm -f` all")...)
			}
			return series, nil
		},
	}
}

// crowds gives two series, of which the second is measured between the first
// one's turns.
func (s *Stage) crowds(p *program.Program, turns trial.Turns, starting, removing string) []trial.Series {
	names := numbered(p, "crowd", 0, s.Size.Crowd)
	removals := trial.Series{Name: removing}
	turns.WarmUp = 0
	starts := turns.Take([]trial.Contender{{
		Name:    starting,
		Measure: trial.Timed(func(int) error { return atOnce(p, names) }),
		Finish: func(int) error {
			began := time.Now()
			err := p.Do(OnTwo(p.Remove(names...)))
			removals.Values = append(removals.Values, trial.Milliseconds(time.Since(began)))
			return err
		},
	}})
	return append(starts, removals)
}

// atOnce starts a command for each container before it waits for any.
func atOnce(p *program.Program, names []string) error {
	failures := make([]error, len(names))
	var all sync.WaitGroup
	for i, name := range names {
		all.Go(func() { failures[i] = p.Do(OnTwo(p.Detach(name))) })
	}
	all.Wait()
	return summary(failures)
}

// OnTwo keeps a command and all that it starts on two processors.
func OnTwo(command *exec.Cmd) *exec.Cmd {
	if runtime.NumCPU() <= 2 {
		return command
	}
	bound := exec.Command("taskset", append([]string{"--cpu-list", "0,1", command.Path}, command.Args[1:]...)...)
	bound.Env = command.Env
	return bound
}
