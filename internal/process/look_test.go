package process

import (
	"os"
	"os/exec"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

func TestParseLook(t *testing.T) {
	tests := []struct {
		name, stat string
		want       Look
		bad        bool
	}{
		{name: "plain", stat: "7 (sh) R 3 7 7 0 -1 4194304 0", want: Look{Name: "sh", State: 'R', Parent: 3}},
		{name: "hostile name", stat: "7 (a) Z 9 (b) T 4 7 7 0 -1 64", want: Look{Name: "a) Z 9 (b", State: 'T', Parent: 4}},
		{name: "exiting", stat: "7 (sh) S 3 7 7 0 -1 4194308 0", want: Look{Name: "sh", State: 'S', Parent: 3, Exiting: true}},
		{name: "no name", stat: "7 R 3 7 7 0 -1 64", bad: true},
		{name: "cut off", stat: "7 (sh) R 3", bad: true},
		{name: "empty", stat: "", bad: true},
	}
	for _, test := range tests {
		got, err := parseLook([]byte(test.stat))
		if (err != nil) != test.bad || got != test.want && !test.bad {
			t.Errorf("%s: got %v, %v, want %v", test.name, got, err, test.want)
		}
	}
}

func TestLookAtAStoppedChild(t *testing.T) {
	child := exec.Command("sleep", "100")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	pid := child.Process.Pid
	child.Process.Signal(unix.SIGSTOP)
	var status unix.WaitStatus
	if _, err := unix.Wait4(pid, &status, unix.WUNTRACED, nil); err != nil {
		t.Fatal(err)
	}
	if look, err := LookAt(pid); err != nil || !look.Stopped() || look.Name != "sleep" || look.Parent != os.Getpid() {
		t.Errorf("got %+v, %v", look, err)
	}
	if pids, err := All(); err != nil || !slices.Contains(pids, pid) {
		t.Errorf("pid %d is not among %v, %v", pid, pids, err)
	}
	child.Process.Kill()
	child.Wait()
	if _, err := LookAt(pid); err != ErrGone {
		t.Errorf("got %v, want ErrGone", err)
	}
}
