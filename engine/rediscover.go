package engine

// Somebody may delete the run-time directory of containers that run. The kernel
// still tells that they do.

// unfinished tells whether a record is that of a run of which no end is
// written down.
func (r *Record) unfinished() bool {
	return !r.Started.IsZero() && (r.Exit == nil || r.Exit.At.Before(r.Started))
}

// rediscover gives what the lost live record of a container would say; nil when
// it does not run.
func (e *Engine) rediscover(record *Record, bootID string) *Live {
	monitors, _ := e.monitors() // of those that cannot be found nothing can be said
	monitor, runs := monitors[record.ID]
	if !runs {
		return nil
	}
	program, _ := programOf(monitor)
	return &Live{BootID: bootID, Work: Running, Owner: monitor, Program: program, Since: record.Started}
}
