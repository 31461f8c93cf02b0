package engine

import (
	"testing"
	"time"
)

func TestARunIsKnownToHaveEndedWhateverTheClock(t *testing.T) {
	noon := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name             string
		ended, start, at time.Duration // after noon: the run before, and this one
	}{
		{"usual", -time.Hour, 0, time.Minute},
		{"set back before the start", time.Hour, 0, time.Minute},
		{"set back before the end", -time.Hour, 0, -time.Minute},
		{"set back before both", time.Hour, 0, -time.Minute},
		{"all at once", 0, 0, 0},
	} {
		record := &Record{Exit: &Exit{Code: 7, At: noon.Add(test.ended)}}
		record.Started = record.startAt(noon.Add(test.start))
		if !record.unfinished() {
			t.Errorf("%s: started at %v, it is taken for ended at %v", test.name, record.Started, record.Exit.At)
		}
		live := &Live{Work: Running, Since: record.Started, Program: Reference{PID: 1}}
		if exit := verdict(record, live); exit.Code != exitUnknown {
			t.Errorf("%s: of a run whose end nobody saw the status is %d, that of the one before", test.name, exit.Code)
		}
		record.Exit = &Exit{Code: 8, At: record.endAt(noon.Add(test.at))}
		if record.unfinished() || verdict(record, live).Code != 8 {
			t.Errorf("%s: it is not known to have ended", test.name)
		}
	}
}
