package nft

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"mydocker/network/internal/netnstest"
)

func TestNoSocketIsLeft(t *testing.T) {
	netnstest.Enter(t)
	if err := (Firewall{}).Add("testbr", networkRules()); err != nil {
		t.Fatal(err)
	}
	if err := (Firewall{}).Remove("testbr"); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(10 * time.Second)
	for left := userSockets(t); len(left) > 0; left = userSockets(t) {
		if time.Now().After(deadline) {
			t.Fatalf("the kernel has not closed %q", left)
		}
		time.Sleep(time.Millisecond)
	}
}

// userSockets lists the netfilter sockets of the thread's network namespace
// that are not the kernel's own.
func userSockets(t *testing.T) []string {
	t.Helper()
	table, err := os.ReadFile("/proc/thread-self/net/netlink")
	if err != nil {
		t.Fatal(err)
	}
	const kernels = "0"
	lines := strings.Split(strings.TrimSpace(string(table)), "\n")
	return slices.DeleteFunc(lines, func(line string) bool {
		columns := strings.Fields(line) // sk, protocol, port …
		return columns[1] != "12" || columns[2] == kernels
	})
}
