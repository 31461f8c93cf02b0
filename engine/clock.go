package engine

import "time"

// Whether a run has ended is told by the order of a record's last start and last
// end (unfinished), and the clock of a host may be set back between the two.

// startAt gives the time of a start: now, or just after the last end.
func (r *Record) startAt(now time.Time) time.Time {
	if r.Exit != nil && !now.After(r.Exit.At) {
		return r.Exit.At.Add(1)
	}
	return now
}

// endAt gives the time of an end: the given one, or that of the start.
func (r *Record) endAt(at time.Time) time.Time {
	if at.Before(r.Started) {
		return r.Started
	}
	return at
}
