package rows

import (
	"errors"
	"fmt"

	"mydocker/bench/trial"
)

// listRow lists many containers, few of which run. The peers take minutes to
// make as many, and are left out.
func listRow(s *Stage) trial.Row {
	full := fmt.Sprintf("mydocker, %d containers", s.Size.Listed)
	return trial.Row{
		Key:   "ps",
		Title: fmt.Sprintf("`ps -a` with %d containers, %d of them running", s.Size.Listed, s.Size.Running), Unit: "ms",
		Goals: []trial.Goal{{Of: full, Plus: 20}},
		Run: func(turns trial.Turns) (_ []trial.Series, err error) {
			series := turns.Take([]trial.Contender{s.listing("mydocker, no container")})
			names := numbered(s.Mydocker, "ps", 0, s.Size.Listed)
			defer func() { err = errors.Join(err, removeAll(s.Mydocker, names)) }()
			err = errors.Join(background(s.Mydocker, names[:s.Size.Running]), s.ended(names[s.Size.Running:]))
			if err != nil {
				return series, err
			}
			return append(series, turns.Take([]trial.Contender{s.listing(full)})...), nil
		},
	}
}

// ended makes containers whose program has ended.
func (s *Stage) ended(names []string) error {
	return onEach(names, func(name string) error { return s.Mydocker.Do(s.Mydocker.Leave(name)) })
}

func (s *Stage) listing(title string) trial.Contender {
	return trial.Contender{
		Name:    title,
		Measure: trial.Timed(func(int) error { return s.Mydocker.Do(s.Mydocker.List()) }),
	}
}
