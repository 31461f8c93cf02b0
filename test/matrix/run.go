package main

import (
	"fmt"
	"sync"
	"time"
)

// run records every scenario and then tries everything.
func run(o options, tools tools) (clean bool, err error) {
	began := time.Now()
	plays, err := recordAll(o, tools)
	if err != nil {
		return false, err
	}
	trials := trialsOf(o, plays)
	fmt.Printf("%d scenarios recorded in %.0f s: %d trials\n", len(plays), time.Since(began).Seconds(), len(trials))
	failed := tryAll(o, tools, trials)
	report(trials, failed, time.Since(began))
	return len(failed) == 0, nil
}

// recordAll records at the same time on as many hosts as there are workers.
func recordAll(o options, tools tools) (plays []*play, err error) {
	var wanted []scenario
	for _, s := range scenarios() {
		if o.scenario.admits(s.name) {
			wanted = append(wanted, s)
		}
	}
	var mutex sync.Mutex
	share(o.workers, wanted, func(b *bench, s scenario) bool {
		recorded, failure := b.record(s)
		mutex.Lock()
		defer mutex.Unlock()
		if failure != nil && err == nil {
			err = fmt.Errorf("running %q without any harm: %w", s.name, failure)
		}
		plays = append(plays, &recorded)
		return failure == nil
	}, tools)
	return plays, err
}

// tryAll gives the trials that were not clean.
func tryAll(o options, tools tools, trials []trial) (failed []trial) {
	var mutex sync.Mutex
	share(o.workers, trials, func(b *bench, t trial) bool {
		err := b.enter(t)
		if err == nil {
			err = b.try(t)
		}
		mutex.Lock()
		defer mutex.Unlock()
		switch {
		case err != nil:
			failed = append(failed, t)
			fmt.Printf("--- %s: %v\n", t, err)
		case o.verbose:
			fmt.Printf("    %s: clean\n", t)
		}
		return err == nil
	}, tools)
	return failed
}

// share has workers do a list of jobs, each on a host of its own that it
// keeps for as long as do says that it is as it was.
func share[Job any](workers int, jobs []Job, do func(*bench, Job) (clean bool), tools tools) {
	waiting := make(chan Job)
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for job := range waiting {
				// A host ends together with the goroutine that made it.
				var one sync.WaitGroup
				one.Go(func() { doSome(job, waiting, do, tools) })
				one.Wait()
			}
		})
	}
	for _, job := range jobs {
		waiting <- job
	}
	close(waiting)
	all.Wait()
}

func doSome[Job any](first Job, more <-chan Job, do func(*bench, Job) bool, tools tools) {
	b, err := newBench(tools)
	if err != nil {
		panic(err) // the machine cannot do what the matrix needs
	}
	defer b.close()
	for clean := do(b, first); clean; {
		job, another := <-more
		if !another {
			return
		}
		clean = do(b, job)
	}
}

// enter furnishes the host for the trials of a play.
func (b *bench) enter(t trial) error {
	if b.stage == t.play {
		return nil
	}
	if b.stage != nil {
		if err := b.strip(*b.stage); err != nil {
			return fmt.Errorf("leaving scenario %q: %w", b.stage.name, err)
		}
	}
	b.stage = t.play
	return b.do(t.scenario.furnish...)
}

func report(trials, failed []trial, took time.Duration) {
	all, bad := map[string]bool{}, map[string]bool{}
	for _, t := range trials {
		all[t.name+t.point.name] = true
	}
	for _, t := range failed {
		bad[t.name+t.point.name] = true
	}
	fmt.Printf("%d trials in %.0f s, %d not clean\n", len(trials), took.Seconds(), len(failed))
	fmt.Printf("%d points, %d clean\n", len(all), len(all)-len(bad))
}
