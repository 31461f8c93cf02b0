package network_test

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"mydocker/network"
	"mydocker/network/internal/netnstest"
)

func TestBringUpLoopback(t *testing.T) {
	netnstest.Enter(t)
	sandbox := netnstest.New(t)
	before := ownNamespace(t)
	for range 2 {
		if err := network.BringUpLoopback(sandbox); err != nil {
			t.Fatal(err)
		}
	}
	if after := ownNamespace(t); after != before {
		t.Errorf("the thread came back to %s, was in %s", after, before)
	}
	shown := netnstest.Shell(t, "nsenter --net="+sandbox+" ip addr show lo")
	for _, want := range []string{"<LOOPBACK,UP,LOWER_UP>", "inet 127.0.0.1/8", "inet6 ::1/128"} {
		if !strings.Contains(shown, want) {
			t.Errorf("lo lacks %q:\n%s", want, shown)
		}
	}
}

func TestOpenSandboxNamesWhatItCannotOpen(t *testing.T) {
	if err := network.BringUpLoopback("/proc/self/ns/nothing"); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), `"/proc/self/ns/nothing"`) {
		t.Error(err)
	}
	netnstest.Enter(t)
	if err := network.BringUpLoopback("/proc/self/ns/uts"); err == nil || !strings.Contains(err.Error(), `"/proc/self/ns/uts"`) {
		t.Errorf("a namespace of another kind: %v", err)
	}
}

func ownNamespace(t *testing.T) string {
	t.Helper()
	namespace, err := os.Readlink("/proc/thread-self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	return namespace
}
