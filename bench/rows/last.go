package rows

import (
	"errors"
	"fmt"

	"mydocker/bench/trial"
)

// lastRow starts a container where none is, and one where a thousand less one
// run. The floor beside both tells what the machine did meanwhile.
func lastRow(s *Stage) trial.Row {
	first, last := "first", fmt.Sprintf("number %d", s.Size.Last)
	return trial.Row{
		Key: "last", Title: fmt.Sprintf("`run -d` with network: the first and number %d", s.Size.Last), Unit: "ms",
		Goals: []trial.Goal{{Of: last, Against: first, Factor: 1.3}},
		Run: func(turns trial.Turns) (_ []trial.Series, err error) {
			series := turns.Take([]trial.Contender{s.another(first), s.bareUnshare()})
			others := numbered(s.Mydocker, "other", 1, s.Size.Last)
			defer func() { err = errors.Join(err, removeAll(s.Mydocker, others)) }()
			if err := background(s.Mydocker, others); err != nil {
				return series, err
			}
			beside := s.bareUnshare()
			beside.Name += ", beside them"
			return append(series, turns.Take([]trial.Contender{s.another(last), beside})...), nil
		},
	}
}

func (s *Stage) another(title string) trial.Contender {
	p := s.Mydocker
	return trial.Contender{
		Name:    title,
		Measure: trial.Timed(func(turn int) error { return p.Do(p.Detach(name(p, "last", turn))) }),
		Finish:  func(turn int) error { return p.Do(p.Remove(name(p, "last", turn))) },
	}
}
