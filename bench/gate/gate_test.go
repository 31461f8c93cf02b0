package gate

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// trace is what strace 6.1 writes for "--follow-forks --quiet=all
// --signal=none --output", shortened.
const trace = `100   execve("/bin/x", ["x"], 0x7ffd1 /* 3 vars */) = 0
100   clone(child_stack=0xc000, flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD|CLONE_SYSVSEM) = 101
101   futex(0x1, FUTEX_WAIT_PRIVATE, 0, NULL <unfinished ...>
100   clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD, stack=0x7f}, 88 <unfinished ...>
102   execve("/bin/true", ["true"], 0x7ffd1 /* 3 vars */) = 0
100   <... clone3 resumed>)             = 102
102   write(1, "futex(", 6)             = 6
101   <... futex resumed>)              = 0
102   exit_group(0)                     = ?
102   +++ exited with 0 +++
100   exit_group(0)                     = ?
`

func TestCountLines(t *testing.T) {
	c, err := countLines(strings.NewReader(trace))
	if err != nil {
		t.Fatal(err)
	}
	if want := (counts{calls: 7, processes: 2, threads: 1}); c != want {
		t.Errorf("got %+v, want %+v", c, want)
	}
}

func TestCompare(t *testing.T) {
	ceilings := []Ceiling{{"calls", 100, "counted"}, {"processes", 2, "a command and its program"}}
	for _, test := range []struct {
		figures []figure
		wrong   string
	}{
		{[]figure{{"calls", 100}, {"processes", 2}}, ""},
		{[]figure{{"calls", 101}, {"processes", 2}}, "calls: 101, at most 100: counted"},
		{[]figure{{"calls", 1}, {"processes", 2}, {"threads", 1}}, "threads: there is no ceiling"},
		{[]figure{{"calls", 1}}, "processes: there is a ceiling"},
	} {
		var out bytes.Buffer
		err := compare(&out, ceilings, test.figures)
		if test.wrong == "" && err != nil || test.wrong != "" && (err == nil || !strings.Contains(err.Error(), test.wrong)) {
			t.Errorf("%v: got %v, want %q", test.figures, err, test.wrong)
		}
		for _, f := range test.figures {
			if !strings.Contains(out.String(), f.name) {
				t.Errorf("%s is not printed: %s", f.name, out.String())
			}
		}
	}
}

func TestEveryCeilingHasAReason(t *testing.T) {
	ceilings, err := read("../ceilings.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range ceilings {
		if c.AtMost <= 0 || len(c.Reason) < 10 {
			t.Errorf("%q: at most %v, because %q", c.Figure, c.AtMost, c.Reason)
		}
	}
	if _, err := read(os.DevNull); err == nil {
		t.Error("an empty file is no list of ceilings")
	}
}
