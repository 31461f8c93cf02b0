package main

import "slices"

// trialsOf gives what is to be tried, play by play: everything that can go
// wrong or, as it takes too long for every day, a selection.
func trialsOf(o options, plays []*play) []trial {
	all := everything(o, plays)
	if o.everything {
		return all
	}
	return selection(all)
}

func everything(o options, plays []*play) []trial {
	var all []trial
	for _, p := range plays {
		for _, at := range p.points {
			if !o.point.admits(at.name) {
				continue
			}
			for _, a := range actions(at.born) {
				if o.action.admits(string(a)) {
					all = append(all, trial{p, at, a})
				}
			}
		}
	}
	return all
}

// selection keeps, of all trials, at least one at each point of each scenario,
// and at a point that several scenarios have, every way to go wrong in one of
// them. So nothing is left out but repetitions: the same harm at the same step
// of another command.
func selection(all []trial) []trial {
	times := map[deed]int{} // how often it is done
	chosen := map[int]bool{}
	choose := func(i int) {
		times[all[i].deed()]++
		chosen[i] = true
	}
	for first := 0; first < len(all); {
		next := endOfPoint(all, first)
		choose(rarest(all, first, next, times))
		first = next
	}
	for i, t := range all {
		if times[t.deed()] == 0 {
			choose(i)
		}
	}
	var kept []trial
	for i, t := range all {
		if chosen[i] {
			kept = append(kept, t)
		}
	}
	return kept
}

// A deed is a way to go wrong at a point, whatever the scenario.
type deed struct {
	point  string
	action action
}

func (t trial) deed() deed { return deed{t.point.name, t.action} }

// endOfPoint gives where the trials end that are at the same point of a play.
func endOfPoint(all []trial, first int) int {
	here := all[first]
	n := slices.IndexFunc(all[first:], func(t trial) bool { return t.play != here.play || t.point.name != here.point.name })
	if n < 0 {
		return len(all)
	}
	return first + n
}

// rarest gives the trial whose deed has been done least often.
func rarest(all []trial, first, next int, times map[deed]int) int {
	least := first
	for i := first; i < next; i++ {
		if times[all[i].deed()] < times[all[least].deed()] {
			least = i
		}
	}
	return least
}
