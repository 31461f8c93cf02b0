package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mydocker/bench/trial"
)

func example() Report {
	return Report{
		Machine: Machine{Kernel: "6.18.0", Processor: "Z80", Processors: 2, Memory: 8e9, Date: "2026-11-24T16:00:41Z"},
		Absent:  []string{"crun is not measured: not found"}, Rounds: 3,
		Results: []trial.Result{
			{
				Key: "run", Title: "`run --rm` <fast>", Unit: "ms",
				Goals: []trial.Goal{{Of: "mydocker", Against: "runc", Factor: 0.25}, {Of: "mydocker", Against: "docker", Factor: 0.04}},
				Series: []trial.Series{
					{Name: "mydocker", Values: []float64{9, 10, 11}}, {Name: "runc", Values: []float64{80, 40, 40}},
					{Name: "docker", Error: "turn 0: no daemon"},
				},
			},
			{Key: "size", Title: "size", Unit: "MB", Goals: []trial.Goal{{Of: "mydocker", Plus: 15}}, Series: []trial.Series{{Name: "mydocker", Values: []float64{8.28}}}},
		},
	}
}

func TestMarkdown(t *testing.T) {
	var out bytes.Buffer
	example().Markdown(&out)
	for _, want := range []string{
		"2 × Z80, Linux 6.18.0, 8 GB. 3 turns each.",
		"- crun is not measured: not found\n",
		"| `run --rm` <fast> | 0.25 × runc | 10.0 ms | 10.0 ms | 0.250 | yes |\n",
		"| `run --rm` <fast> | 0.04 × docker | | not measured | | |\n",
		"| size | 15 MB | 15.0 MB | 8.28 MB |  | yes |\n",
		"| runc | 40.0 ms | 80.0 ms | 3 | 4.00 |\n",
		"Failed: docker: turn 0: no daemon\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, out.String())
		}
	}
}

func TestABusyMachineIsNamed(t *testing.T) {
	const warning = "The machine had other work"
	var quiet, busy bytes.Buffer
	r := example()
	r.Goals(&quiet)
	r.Results[1].Others = 1.5
	r.Goals(&busy)
	if strings.Contains(quiet.String(), warning) || !strings.Contains(busy.String(), "up to 1.5 of 2 processors") {
		t.Errorf("quiet:\n%s\nbusy:\n%s", quiet.String(), busy.String())
	}
}

func TestDigits(t *testing.T) {
	for value, want := range map[float64]string{0.0351: "0.035", 0.25: "0.250", 3.14159: "3.14", 31.4159: "31.4", 314.159: "314", 3141.59: "3142"} {
		if got := digits(value); got != want {
			t.Errorf("%v: got %s, want %s", value, got, want)
		}
	}
}

func TestWrite(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "docs")
	if err := example().Write(directory); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(directory, "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	var again Report
	if err := json.Unmarshal(raw, &again); err != nil || len(again.Results[0].Series[1].Values) != 3 {
		t.Errorf("reading the raw results: %v, %+v", err, again)
	}
	if _, err := os.Stat(filepath.Join(directory, "size.svg")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a single figure needs no chart: %v", err)
	}
	chart, err := os.ReadFile(filepath.Join(directory, "run.svg"))
	if err != nil {
		t.Fatal(err)
	}
	checkXML(t, chart)
	for _, want := range []string{"run --rm &lt;fast&gt;", ">mydocker<", ">40.0 ms<"} {
		if !strings.Contains(string(chart), want) {
			t.Errorf("%q is missing in:\n%s", want, chart)
		}
	}
	if strings.Contains(string(chart), "docker<") && strings.Count(string(chart), "docker<") != 1 {
		t.Errorf("who was not measured has no bar:\n%s", chart)
	}
}

func checkXML(t *testing.T, text []byte) {
	t.Helper()
	for decoder := xml.NewDecoder(bytes.NewReader(text)); ; {
		_, err := decoder.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("the chart is no XML: %v\n%s", err, text)
		}
	}
}
