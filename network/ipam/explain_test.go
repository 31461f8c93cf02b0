package ipam

import (
	"net/netip"
	"os/exec"
	"strings"
	"testing"

	"mydocker/resource"
)

func TestExplanationsDoTheSame(t *testing.T) {
	pool := newPool(t, "10.10.10.1/24")
	if err := pool.Remove(); err != nil {
		t.Fatal(err)
	}
	lease := &Lease{Directory: pool.Directory, Address: netip.MustParseAddr("10.10.10.2"), Owner: "1891821312"}
	set := resource.Set{pool, lease}
	bash(t, set.Explain().Create)
	for _, r := range set {
		check(t, r, resource.Present)
	}
	bash(t, set.Explain().Remove)
	for _, r := range set {
		check(t, r, resource.Absent)
	}
}

func bash(t *testing.T, lines []string) {
	t.Helper()
	if output, err := exec.Command("bash", "-euxc", strings.Join(lines, "\n")).CombinedOutput(); err != nil {
		t.Fatalf("%v:\n%s", err, output)
	}
}
