package rows

import (
	"os/exec"

	"mydocker/bench/program"
	"mydocker/bench/trial"
)

// runRow is the whole life of a container without network.
func runRow(s *Stage) trial.Row {
	return trial.Row{
		Key: "run", Title: "`run --rm`, no network", Unit: "ms",
		Goals: []trial.Goal{
			{Of: "mydocker", Against: "runc", Factor: 0.25},
			{Of: "mydocker", Against: "unshare", Factor: 2.2},
		},
		Run: func(turns trial.Turns) ([]trial.Series, error) {
			var contenders []trial.Contender
			for _, p := range s.Programs() {
				contenders = append(contenders, foreground(p, p.Name, "run", p.Run))
			}
			return turns.Take(contenders), nil
		},
	}
}

// RunAndFloor are a run of mydocker and the floor's.
func (s *Stage) RunAndFloor() []trial.Contender {
	return []trial.Contender{
		foreground(s.Mydocker, s.Mydocker.Name, "run", s.Mydocker.Run),
		foreground(s.Unshare, s.Unshare.Name, "run", s.Unshare.Run),
	}
}

// foreground measures a command that does all its work before it ends.
func foreground(p *program.Program, title, row string, command func(string) *exec.Cmd) trial.Contender {
	return trial.Contender{
		Name: title,
		Measure: trial.Timed(func(turn int) error {
			return p.Do(command(name(p, row, turn)))
		}),
	}
}

// The rows with a network name those that have none.
const (
	bareRunc    = "runc run, no network"
	bareUnshare = "unshare, no network"
)

// runNetworkRow is the whole life of a container with network and port. runc
// and unshare have neither; they stand for what the rest costs.
func runNetworkRow(s *Stage) trial.Row {
	return trial.Row{
		Key: "run-net", Title: "`run --rm -net testbr -p 8080:80`", Unit: "ms",
		Goals: []trial.Goal{
			{Of: "mydocker", Against: bareRunc, Factor: 0.35},
			{Of: "mydocker", Against: bareUnshare, Factor: 2.5},
			{Of: "mydocker", Against: "docker", Factor: 0.04},
		},
		Run: func(turns trial.Turns) ([]trial.Series, error) {
			for _, p := range s.engines() {
				if err := checkPort(p); err != nil {
					return nil, err
				}
			}
			var contenders []trial.Contender
			for _, p := range s.engines() {
				contenders = append(contenders, foreground(p, p.Name, "run-net", p.RunNetwork))
			}
			return turns.Take(append(contenders, toCleanHost(s.Mydocker), s.bareUnshare(), s.bareRunc())), nil
		},
	}
}

func (s *Stage) bareUnshare() trial.Contender {
	return foreground(s.Unshare, bareUnshare, "bare", s.Unshare.Run)
}

// bareRunc stands for nobody where runc is not here.
func (s *Stage) bareRunc() trial.Contender {
	if s.Runc == nil {
		return trial.Absent(bareRunc)
	}
	return foreground(s.Runc, bareRunc, "bare", s.Runc.Run)
}

// throughputRow is the time for each of several containers that run one after
// the other without any gap. The kernel then clears the last one's network
// namespace away while the next one is made.
func throughputRow(s *Stage) trial.Row {
	const together = 20
	return trial.Row{
		Key: "throughput", Title: "`run --rm` back to back, for each", Unit: "ms",
		Run: func(turns trial.Turns) ([]trial.Series, error) {
			var contenders []trial.Contender
			for _, p := range s.Programs() {
				contenders = append(contenders, repeated(foreground(p, p.Name, "row", p.Run), together))
			}
			for _, p := range s.engines() {
				contenders = append(contenders, repeated(foreground(p, p.Name+", with network", "row", p.RunNetwork), together))
			}
			turns.WarmUp = 0 // each turn's own first containers do that
			return turns.AtMost(5).Take(contenders), nil
		},
	}
}

// repeated makes each turn of so many, and gives their mean.
func repeated(c trial.Contender, times int) trial.Contender {
	once := c.Measure
	c.Measure = func(turn int) (total float64, err error) {
		for i := range times {
			value, err := once(turn*times + i)
			if err != nil {
				return 0, err
			}
			total += value
		}
		return total / float64(times), nil
	}
	return c
}
