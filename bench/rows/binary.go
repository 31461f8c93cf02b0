package rows

import (
	"os"

	"mydocker/bench/startup"
	"mydocker/bench/trial"
)

func sizeRow(s *Stage) trial.Row {
	return trial.Row{
		Key: "size", Title: "size of the binary", Unit: "MB",
		Goals: []trial.Goal{{Of: "mydocker", Plus: 15}},
		Run: func(trial.Turns) ([]trial.Series, error) {
			info, err := os.Stat(s.Binary)
			if err != nil {
				return nil, err
			}
			return []trial.Series{{Name: "mydocker", Values: []float64{float64(info.Size()) / 1e6}}}, nil
		},
	}
}

// startRow is the time from the call of execve to the first instruction of
// main.main: mapping the binary, starting Go's runtime, and initialising every
// package.
func startRow(s *Stage) trial.Row {
	return trial.Row{
		Key: "main", Title: "from exec to main", Unit: "ms",
		Goals: []trial.Goal{{Of: "mydocker", Plus: 2}},
		Run: func(turns trial.Turns) ([]trial.Series, error) {
			program, err := startup.Open(s.Binary)
			if err != nil {
				return nil, err
			}
			return turns.Take([]trial.Contender{{
				Name: "mydocker",
				Measure: func(int) (float64, error) {
					took, err := program.ToMain()
					return trial.Milliseconds(took), err
				},
			}}), nil
		},
	}
}
