package launch

import (
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/container/seccomp"
)

func TestCandidates(t *testing.T) {
	tests := []struct {
		name        string
		environment []string
		want        []string
	}{
		{"sh", []string{"PATH=/a:/b"}, []string{"/a/sh", "/b/sh"}},
		{"sh", []string{"PATH=:/b:rel"}, []string{"./sh", "/b/sh", "rel/sh"}},
		{"sh", []string{"PATH="}, []string{"./sh"}},
		{"sh", []string{"PATH=/a", "XPATH=/b", "PATH=/c"}, []string{"/c/sh"}},
		{"./sh", []string{"PATH=/a"}, []string{"./sh"}},
		{"/bin/sh", nil, []string{"/bin/sh"}},
	}
	for _, test := range tests {
		if got := candidates(test.name, test.environment); !slices.Equal(got, test.want) {
			t.Errorf("%q with %q: got %q, want %q", test.name, test.environment, got, test.want)
		}
	}
	if got := candidates("sh", nil); !slices.Contains(got, "/usr/local/bin/sh") {
		t.Errorf("without PATH: %q", got)
	}
}

// forked runs a plan in a child whose output is a pipe.
func forked(t *testing.T, add func(*Plan) error) (output string, failure *Failure, plan *Plan, err error) {
	t.Helper()
	return forkedWith(t, nil, add)
}

// forkedWith hands the child a procfs, too; and a latch that is never used. A child
// that has all memory does the same as a launcher.
func forkedWith(t *testing.T, proc *os.File, add func(*Plan) error) (output string, failure *Failure, plan *Plan, err error) {
	t.Helper()
	output, failure, plan, err = carriedOut(t, proc, add, (*Plan).Launch)
	other, otherFailure, _, otherErr := carriedOut(t, proc, add, (*Plan).Fork)
	if other != output || !reflect.DeepEqual(failure, otherFailure) || err != otherErr {
		t.Errorf("a launcher gives %q, %+v, %v; a forked child %q, %+v, %v", output, failure, err, other, otherFailure, otherErr)
	}
	return output, failure, plan, err
}

func carriedOut(t *testing.T, proc *os.File, add func(*Plan) error, make func(*Plan) (Child, error)) (output string, failure *Failure, plan *Plan, err error) {
	t.Helper()
	told, status := pipe(t)
	read, write := pipe(t)
	var raised []*os.File
	extra := []*os.File{}
	if proc != nil {
		extra = []*os.File{write, proc}
	}
	for _, file := range append([]*os.File{status, write}, extra...) {
		duplicate, err := Raised(file)
		if err != nil {
			t.Fatal(err)
		}
		raised = append(raised, duplicate)
	}
	plan = &Plan{}
	plan.Arrange(raised[0], [3]*os.File{raised[1], raised[1], raised[1]}, raised[2:]...)
	plan.DieWithParent()
	if err := add(plan); err != nil {
		t.Fatal(err)
	}
	child, err := make(plan)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(raised, status, write) {
		file.Close()
	}
	failure, err = Await(told)
	text, _ := io.ReadAll(read)
	child.reap()
	return string(text), failure, plan, err
}

func pipe(t *testing.T) (read, write *os.File) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { read.Close(); write.Close() })
	return read, write
}

func TestForkRunsAProgram(t *testing.T) {
	output, failure, _, err := forked(t, func(p *Plan) error {
		p.NewSession()
		p.Umask(0o027)
		p.ResetSignals()
		p.Begin()
		return p.Exec([]string{"sh", "-c", "umask; echo $A; ls /proc/$$/fd; ps -o pid=,sid= -p $$ | awk '{print ($1==$2)}'"}, []string{"PATH=" + os.Getenv("PATH"), "A=b"})
	})
	if failure != nil || err != nil || output != "0027\nb\n0\n1\n2\n1\n" {
		t.Errorf("got %q, %+v, %v", output, failure, err)
	}
}

func TestForkTellsWhatFailed(t *testing.T) {
	_, failure, plan, err := forked(t, func(p *Plan) error {
		p.NewSession()
		p.NewSession() // a leader cannot make another one
		return p.Exec([]string{"true"}, nil)
	})
	if failure == nil || err != nil {
		t.Fatalf("got %+v, %v", failure, err)
	}
	status, err := plan.Explain(*failure, LookHere)
	if status != CannotSetUp || err.Error() != "making a session: operation not permitted" {
		t.Errorf("got %d, %v", status, err)
	}
	_, failure, plan, _ = forked(t, func(p *Plan) error {
		p.Begin()
		return p.Exec([]string{"no such program"}, []string{"PATH=/bin:/no/such"})
	})
	if failure == nil {
		t.Fatal("no failure")
	}
	status, err = plan.Explain(*failure, LookHere)
	if status != NotFound || err.Error() != `starting "no such program": executable file not found in $PATH` {
		t.Errorf("got %d, %v", status, err)
	}
}

func TestForkTellsOfAKill(t *testing.T) {
	_, failure, _, err := forked(t, func(p *Plan) error {
		p.do("killing itself", unix.SYS_EXIT_GROUP, 1)
		return p.Exec([]string{"true"}, nil)
	})
	if failure != nil || err != ErrKilled {
		t.Errorf("got %+v, %v", failure, err)
	}
}

// Whatever a child writes, its reader does not trip over it.
func TestExplainNonsense(t *testing.T) {
	plan := &Plan{}
	for _, step := range []int32{-1, 0, 1 << 30} {
		if status, err := plan.Explain(Failure{Step: step, Errno: 1}, LookHere); status != CannotSetUp || err == nil {
			t.Errorf("step %d: %d, %v", step, status, err)
		}
	}
}

func TestParseCapabilities(t *testing.T) {
	got, err := ParseCapabilities(&specs.LinuxCapabilities{
		Bounding: []string{"CAP_CHOWN", "CAP_CHECKPOINT_RESTORE"}, Ambient: []string{"CAP_KILL"},
	})
	if err != nil || got.Bounding != 1|1<<40 || got.Ambient != 1<<5 || got.Effective != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := ParseCapabilities(nil); got != nil || err != nil {
		t.Errorf("nil: %+v, %v", got, err)
	}
	for _, name := range []string{"", "CHOWN", "cap_chown", "CAP_", "CAP_NOSUCH"} {
		if _, err := ParseCapabilities(&specs.LinuxCapabilities{Effective: []string{name}}); err == nil {
			t.Errorf("%q: accepted", name)
		}
	}
}

func TestCheckCapabilities(t *testing.T) {
	one := []string{"CAP_CHOWN"}
	for words, sets := range map[string]*specs.LinuxCapabilities{
		"ambient capabilities":   {Ambient: one, Permitted: one},
		"effective capabilities": {Effective: one},
	} {
		if os.Geteuid() != 0 {
			t.Skip("needs root")
		}
		if err := CheckCapabilities(sets); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("got %v, want %q", err, words)
		}
	}
	held, err := HeldCapabilities()
	if err != nil {
		t.Fatal(err)
	}
	if err := CheckCapabilities(&specs.LinuxCapabilities{Permitted: held, Effective: held, Bounding: held}); err != nil {
		t.Errorf("what it has itself: %v", err)
	}
}

// A forked child writes the profile for its program into its own file of the
// procfs that it was handed; here a directory stands in for that.
func TestLabelFrom(t *testing.T) {
	proc := t.TempDir()
	file := filepath.Join(proc, LabelPath)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	label := func(directory string) (string, *Failure, *Plan, error) {
		root, err := os.OpenFile(directory, unix.O_PATH|unix.O_DIRECTORY, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		return forkedWith(t, root, func(p *Plan) error {
			p.do("taking a descriptor", unix.SYS_DUP, Proc) // as what comes before may
			p.LabelFrom("a-profile")
			p.Begin()
			return p.Exec([]string{"true"}, []string{"PATH=" + os.Getenv("PATH")})
		})
	}
	if _, failure, _, err := label(proc); failure != nil || err != nil {
		t.Fatalf("got %+v, %v", failure, err)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "exec a-profile" {
		t.Errorf("wrote %q, %v", text, err)
	}
	_, failure, plan, err := label(t.TempDir())
	if failure == nil || err != nil {
		t.Fatalf("without the file: got %+v, %v", failure, err)
	}
	if _, err := plan.Explain(*failure, LookHere); !strings.Contains(err.Error(), "attr/apparmor/exec") {
		t.Errorf("got %v", err)
	}
}

// The filter is for the program: what comes before it is done without it.
func TestFilter(t *testing.T) {
	filter, err := seccomp.Parse([]byte(`{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[
		{"names":["umask"],"action":"SCMP_ACT_ERRNO","errnoRet":95}]}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	output, failure, _, err := forked(t, func(p *Plan) error {
		p.Umask(0o027)
		p.Become(Credentials{UID: uint32(os.Getuid()), GID: uint32(os.Getgid()), NoNewPrivileges: true})
		p.Begin()
		p.Filter(&filter)
		return p.Exec([]string{"sh", "-c", "grep -E '^(Seccomp|NoNewPrivs):' /proc/$$/status | tr -s '\\t\\n' '  '"}, []string{"PATH=" + os.Getenv("PATH")})
	})
	if failure != nil || err != nil || output != "NoNewPrivs: 1 Seccomp: 2 " {
		t.Errorf("got %q, %+v, %v", output, failure, err)
	}
}
