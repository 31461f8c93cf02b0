package rows

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"mydocker/bench/program"
	"mydocker/bench/trial"
)

// memoryRow is what an idle detached container takes: the proportional set
// size (PSS) of every process that it brought, its program, its monitor or
// shim, divided by the number of containers. A daemon itself does not count.
func memoryRow(s *Stage) trial.Row {
	return trial.Row{
		Key: "memory", Title: fmt.Sprintf("PSS for each of %d idle containers", s.Size.Idle), Unit: "MB",
		Goals: []trial.Goal{{Of: "mydocker", Plus: 3}},
		Run: func(turns trial.Turns) ([]trial.Series, error) {
			var series []trial.Series
			for _, p := range s.engines() {
				measured, err := s.weigh(p)
				if err != nil {
					return series, err
				}
				series = append(series, measured...)
			}
			return series, nil
		},
	}
}

// weigh gives a program's whole and, of that, the part of the containers' own
// program.
func (s *Stage) weigh(p *program.Program) (_ []trial.Series, err error) {
	const settling = 5 * time.Second
	before, err := processes()
	if err != nil {
		return nil, err
	}
	names := numbered(p, "idle", 0, s.Size.Idle)
	defer func() { err = errors.Join(err, removeAll(p, names)) }()
	if err := background(p, names); err != nil {
		return nil, err
	}
	time.Sleep(settling) // idle is what has nothing left to do
	after, err := processes()
	if err != nil {
		return nil, err
	}
	var whole, program float64
	for pid, command := range after {
		if _, old := before[pid]; old {
			continue
		}
		size := pss(pid)
		whole += size
		if command == "sleep" {
			program += size
		}
	}
	each := float64(s.Size.Idle)
	return []trial.Series{
		{Name: p.Name, Values: []float64{whole / each}},
		{Name: p.Name + ": the program's part", Values: []float64{program / each}},
	}, nil
}

// processes gives the name of each process by its pid.
func processes() (map[string]string, error) {
	paths, err := filepath.Glob("/proc/[0-9]*/comm")
	all := map[string]string{}
	for _, path := range paths {
		if name, err := os.ReadFile(path); err == nil {
			all[filepath.Base(filepath.Dir(path))] = strings.TrimSpace(string(name))
		}
	}
	return all, err
}

// pss reads a process's proportional set size in megabytes; 0 when it is gone.
// The kernel writes kibibytes (proc_pid_smaps_rollup(5)).
func pss(pid string) float64 {
	file, err := os.Open(filepath.Join("/proc", pid, "smaps_rollup"))
	if err != nil {
		return 0
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var kibibytes float64
		if _, err := fmt.Sscanf(lines.Text(), "Pss: %f kB", &kibibytes); err == nil {
			return kibibytes * 1024 / 1e6
		}
	}
	return 0
}
