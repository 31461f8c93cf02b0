package rows

import (
	"mydocker/bench/program"
	"mydocker/bench/trial"
)

// networkCreateRow makes a network. podman only writes its configuration: the
// bridge comes with the first container.
func networkCreateRow(s *Stage) trial.Row {
	return s.networkRow("network-create", "`network create`", func(p *program.Program, network string) trial.Contender {
		return trial.Contender{
			Name:    p.Name,
			Measure: trial.Timed(func(int) error { return p.Do(p.CreateNetwork(network)) }),
			Finish:  func(int) error { return p.Do(p.RemoveNetwork(network)) },
		}
	})
}

func networkRemoveRow(s *Stage) trial.Row {
	return s.networkRow("network-remove", "`network remove`", func(p *program.Program, network string) trial.Contender {
		return trial.Contender{
			Name:    p.Name,
			Prepare: func(int) error { return p.Do(p.CreateNetwork(network)) },
			Measure: trial.Timed(func(int) error { return p.Do(p.RemoveNetwork(network)) }),
		}
	})
}

func (s *Stage) networkRow(key, title string, contender func(*program.Program, string) trial.Contender) trial.Row {
	return trial.Row{
		Key: key, Title: title, Unit: "ms",
		Goals: []trial.Goal{{Of: "mydocker", Plus: 5}},
		Run: func(turns trial.Turns) ([]trial.Series, error) {
			var contenders []trial.Contender
			for _, p := range s.engines() {
				contenders = append(contenders, contender(p, "net-"+p.Name[:4]))
			}
			return turns.Take(contenders), nil
		},
	}
}
