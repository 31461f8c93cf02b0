// Summary reads the output of "go test -json" and shows what a person wants to
// see of it: each package's verdict, all that a failed test said, and, at the
// end, what was skipped and why.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// An event is a line of "go test -json" (go doc test2json).
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

type summary struct {
	out                     io.Writer
	said                    map[string]string   // what each test that runs has said
	skipped                 map[string][]string // tests by reason
	passed, failed, omitted int
	broken                  bool // a package failed, perhaps before any test ran
}

func main() {
	s, err := read(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintf(os.Stderr, "summary: %v\n", err)
		os.Exit(1)
	}
	s.conclude()
	if s.broken || s.failed > 0 {
		os.Exit(1)
	}
}

func read(in io.Reader, out io.Writer) (*summary, error) {
	s := &summary{out: out, said: map[string]string{}, skipped: map[string][]string{}}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			fmt.Fprintln(out, lines.Text()) // the go command's own words
			continue
		}
		s.take(e)
	}
	return s, lines.Err()
}

func (s *summary) take(e event) {
	name := e.Package + " " + e.Test
	switch {
	case e.Action == "build-output":
		fmt.Fprint(s.out, e.Output)
	case e.Action == "build-fail":
		s.broken = true
	case e.Test == "":
		s.takePackage(e)
	case e.Action == "output":
		s.said[name] += e.Output
	case e.Action == "pass":
		s.passed++
		delete(s.said, name)
	case e.Action == "fail":
		s.failed++
		fmt.Fprint(s.out, s.spoken(name))
	case e.Action == "skip":
		s.omitted++
		reason := s.reason(name)
		s.skipped[reason] = append(s.skipped[reason], name)
	}
}

func (s *summary) takePackage(e event) {
	switch {
	case e.Action == "fail":
		s.broken = true
	case e.Action == "output" && e.Output != "PASS\n" && !strings.Contains(e.Output, "[no test files]"):
		fmt.Fprint(s.out, e.Output)
	}
}

// spoken takes what a test has said, without the frame that go test puts
// around it.
func (s *summary) spoken(name string) string {
	lines := strings.SplitAfter(s.said[name], "\n")
	delete(s.said, name)
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "=== ") }), "")
}

// reason gives the words of t.Skip: "    file_test.go:12: needs root".
func (s *summary) reason(name string) string {
	for line := range strings.Lines(s.spoken(name)) {
		if _, reason, found := strings.Cut(line, ".go:"); found {
			_, reason, _ = strings.Cut(reason, ": ")
			return strings.TrimSpace(reason)
		}
	}
	return "no reason given"
}

func (s *summary) conclude() {
	for _, reason := range slices.Sorted(maps.Keys(s.skipped)) {
		fmt.Fprintf(s.out, "skipped (%s):\n", reason)
		for _, name := range s.skipped[reason] {
			fmt.Fprintf(s.out, "    %s\n", name)
		}
	}
	fmt.Fprintf(s.out, "%d passed, %d failed, %d skipped\n", s.passed, s.failed, s.omitted)
}
