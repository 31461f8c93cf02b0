package rows

import (
	"errors"

	"mydocker/bench/program"
	"mydocker/bench/trial"
)

// detachRow is the time until "run -d" returns. A server that does not answer
// on its port afterwards fails the row.
func detachRow(s *Stage) trial.Row {
	return trial.Row{
		Key: "run-d", Title: "`run -d -net testbr -p 8080:80` returning", Unit: "ms",
		Goals: []trial.Goal{{Of: "mydocker", Against: bareRunc, Factor: 0.35}},
		Run: func(turns trial.Turns) ([]trial.Series, error) {
			var contenders []trial.Contender
			for _, p := range s.engines() {
				contenders = append(contenders, s.detached(p))
			}
			return turns.Take(append(contenders, s.bareRunc())), nil
		},
	}
}

func (s *Stage) detached(p *program.Program) trial.Contender {
	return trial.Contender{
		Name: p.Name,
		Measure: trial.Timed(func(turn int) error {
			return p.Do(p.Serve(name(p, "run-d", turn), port))
		}),
		Finish: func(turn int) error {
			return errors.Join(served(port), p.Do(p.Remove(name(p, "run-d", turn))))
		},
	}
}

// execRow runs a program in a container that runs already.
func execRow(s *Stage) trial.Row {
	return trial.Row{
		Key: "exec", Title: "`exec CONTAINER true`", Unit: "ms",
		Goals: []trial.Goal{{Of: "mydocker", Against: "docker", Factor: 0.08}},
		Run: func(turns trial.Turns) ([]trial.Series, error) {
			var contenders []trial.Contender
			for _, p := range s.runtimes() {
				container := name(p, "exec", 0)
				if err := p.Do(p.Detach(container)); err != nil {
					return nil, err
				}
				defer p.Do(p.Remove(container))
				contenders = append(contenders, inside(p, container))
			}
			return turns.Take(contenders), nil
		},
	}
}

func inside(p *program.Program, container string) trial.Contender {
	return trial.Contender{
		Name:    p.Name,
		Measure: trial.Timed(func(int) error { return p.Do(p.Exec(container)) }),
	}
}

// removeRow takes away a container that runs. The program's own dying is
// measured beside it: killing and awaiting the floor's.
func removeRow(s *Stage) trial.Row {
	return trial.Row{
		Key: "rm", Title: "`rm -f` of a running container with network", Unit: "ms",
		Goals: []trial.Goal{{Of: "mydocker", Against: "the program's own dying", Factor: 1, Plus: 10}},
		Run: func(turns trial.Turns) ([]trial.Series, error) {
			var contenders []trial.Contender
			for _, p := range s.runtimes() {
				contenders = append(contenders, removed(p))
			}
			if s.Clone != nil {
				contenders = append(contenders, dying(s.Clone))
			}
			return turns.Take(contenders), nil
		},
	}
}

func removed(p *program.Program) trial.Contender {
	return trial.Contender{
		Name:    p.Name,
		Prepare: func(turn int) error { return p.Do(p.Detach(name(p, "rm", turn))) },
		Measure: trial.Timed(func(turn int) error { return p.Do(p.Remove(name(p, "rm", turn))) }),
	}
}
