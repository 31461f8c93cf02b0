package snapshot

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The kernel tells of the end of a watch by an event without a name. It is no
// container's: every process would be of it, and be ended with the test.
func TestWatchKnowsOnlyNames(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "containers")
	watch, err := WatchDirectory(directory)
	if err != nil {
		t.Fatal(err)
	}
	defer watch.Close()
	if err := os.Mkdir(filepath.Join(directory, "1234567890"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(directory); err != nil {
		t.Fatal(err)
	}
	if names := watch.Names(); !slices.Equal(names, []string{"1234567890"}) {
		t.Errorf("names %q, want the one that was there", names)
	}
}

// Whatever a scope claims, nobody above the test is ever signalled.
func TestSignalSparesWhoeverRunsTheTest(t *testing.T) {
	command, err := os.ReadFile("/proc/" + strconv.Itoa(os.Getppid()) + "/cmdline")
	if err != nil {
		t.Skip("the process above cannot be seen")
	}
	name, _, _ := strings.Cut(string(command), "\x00")
	reached, err := Scope{Roots: []string{name}}.Signal(0)
	if err == nil || len(reached) > 0 {
		t.Errorf("signalled %d processes of a scope that claims %q", len(reached), name)
	}
}

func TestCagedComparesWholeNames(t *testing.T) {
	c := claims{ids: []string{"", "1", "1234567890"}}
	for cgroups, want := range map[string]bool{
		"4:memory:/\n0::/":                             false,
		"13:pids:/user.slice\n1:name=systemd:/":        false,
		"4:memory:/mydocker/12345678901\n":             false,
		"0::/\n4:memory:/mydocker/1234567890/inner\n":  true,
		"4:memory:/mydocker/1234567890\n1:cpu,acct:/x": true,
	} {
		if got := c.caged(cgroups); got != want {
			t.Errorf("caged(%q) = %v", cgroups, got)
		}
	}
}
