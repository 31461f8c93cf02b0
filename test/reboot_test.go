package test

import (
	"slices"

	"github.com/rogpeppe/go-internal/testscript"

	"mydocker/internal/snapshot"
)

// reboot [-keep-run-root] pulls the host's plug and starts it again. What is
// mounted then is what the host itself mounts when it starts.
func reboot(ts *testscript.TestScript, neg bool, args []string) {
	keep := slices.Equal(args, []string{"-keep-run-root"})
	if neg || len(args) > 0 && !keep {
		ts.Fatalf("usage: reboot [-keep-run-root]")
	}
	s := storyOf(ts)
	ts.Check(s.Reboot(keep))
	now, err := snapshot.Take(s.Scope)
	ts.Check(err)
	for _, before := range s.snapshots {
		before[snapshot.Mounts] = now[snapshot.Mounts]
	}
}
