package manager

import (
	"strings"
	"testing"

	"mydocker/cgroups"
	"mydocker/internal/remembered"
)

// onHybridHost has version 1 count processes and version 2 their memory.
func onHybridHost(t *testing.T) {
	t.Helper()
	host = remembered.Value[[]cgroups.Hierarchy]{}
	host.Get(func() ([]cgroups.Hierarchy, error) {
		return []cgroups.Hierarchy{
			{Version: 1, Mount: "/pids", Controllers: []string{"pids"}},
			{Version: 2, Mount: "/unified", Controllers: []string{"memory"}},
		}, nil
	})
	t.Cleanup(func() { host = remembered.Value[[]cgroups.Hierarchy]{} })
}

// TestFreezeIsExplainedWhereItIsMade: in version 2, wherever the tasks are counted.
func TestFreezeIsExplainedWhereItIsMade(t *testing.T) {
	onHybridHost(t)
	f := &Freeze{Cgroup: &Cgroup{Path: "a/1"}}
	steps := f.Explain()
	const want = "echo 1 > /unified/a/1/cgroup.freeze\necho 0 > /unified/a/1/cgroup.freeze"
	if got := strings.Join(append(steps.Create, steps.Remove...), "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
