// Package report shows what was measured: as tables, charts and raw figures.
package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"mydocker/bench/trial"
)

// A Report is one run of the benchmark.
type Report struct {
	Machine  Machine        `json:"machine"`
	Programs []Program      `json:"programs"`
	Absent   []string       `json:"absent,omitempty"` // programs that could not be measured, and why
	Rounds   int            `json:"rounds"`
	Results  []trial.Result `json:"results"`
}

// Machine is where it ran.
type Machine struct {
	Kernel     string `json:"kernel"`
	Processor  string `json:"processor"`
	Processors int    `json:"processors"`
	Memory     uint64 `json:"memory"` // bytes
	Date       string `json:"date"`   // RFC 3339
}

// Program is one that was measured.
type Program struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// ReadMachine asks the kernel.
func ReadMachine(date string, processors int) Machine {
	var name unix.Utsname
	var info unix.Sysinfo_t
	unix.Uname(&name)
	unix.Sysinfo(&info)
	return Machine{
		Kernel: unix.ByteSliceToString(name.Release[:]), Processor: processor(), Processors: processors,
		Memory: uint64(info.Totalram) * uint64(info.Unit), Date: date,
	}
}

// processor reads the first processor's name, where the kernel gives one.
func processor() string {
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if key, value, _ := strings.Cut(line, ":"); strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

// Write writes results.json, results.md and a chart for each row that has
// something to compare into a directory.
func (r Report) Write(directory string) error {
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return err
	}
	raw, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	var text bytes.Buffer
	r.Markdown(&text)
	files := map[string][]byte{"results.json": append(raw, '\n'), "results.md": text.Bytes()}
	for _, result := range r.Results {
		if chart := Chart(result); chart != nil {
			files[result.Key+".svg"] = chart
		}
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(directory, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
