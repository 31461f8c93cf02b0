package network_test

import (
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"mydocker/internal/netdevice"
	"mydocker/network"
	"mydocker/network/internal/netnstest"
)

func TestDevicesSetUpASandboxFromOutside(t *testing.T) {
	netnstest.Enter(t)
	path := netnstest.New(t)
	inside := "nsenter --net=" + path + " "
	netnstest.Shell(t, inside+"ip link add eth0 type veth peer name eth1 && "+inside+"ip link set eth1 up")
	before := ownNamespace(t)
	devices := netnstest.Devices(t, path)
	for range 2 {
		if err := setUp(devices); err != nil {
			t.Fatal(err)
		}
	}
	if after := ownNamespace(t); after != before {
		t.Errorf("the thread came back to %s, was in %s", after, before)
	}
	for command, wants := range map[string][]string{
		"ip addr show lo":   {"<LOOPBACK,UP,LOWER_UP>", "inet 127.0.0.1/8", "inet6 ::1/128"},
		"ip addr show eth0": {"UP,LOWER_UP>", "inet 172.16.5.9/20 brd 172.16.15.255 "},
		"ip route":          {"default via 172.16.0.1 dev eth0", "172.16.0.0/20 dev eth0"},
	} {
		shown := netnstest.Shell(t, inside+command)
		for _, want := range wants {
			if !strings.Contains(shown, want) {
				t.Errorf("%s lacks %q:\n%s", command, want, shown)
			}
		}
		if strings.Contains(shown, "172.16.0.0/16") {
			t.Errorf("the mask of the address's class is left:\n%s", shown)
		}
	}
}

func setUp(devices *netdevice.Devices) error {
	return errors.Join(
		devices.BringUp(netdevice.Loopback),
		devices.SetAddress("eth0", netip.MustParsePrefix("172.16.5.9/20")),
		devices.BringUp("eth0"),
		devices.AddDefaultRoute(netip.MustParseAddr("172.16.0.1")),
	)
}

func TestDevicesNameWhatTheyCannotSetUp(t *testing.T) {
	netnstest.Enter(t)
	devices := netnstest.Devices(t, netnstest.New(t))
	for _, err := range []error{
		devices.BringUp("eth7"),
		devices.SetAddress("eth7", netip.MustParsePrefix("10.10.10.2/24")),
	} {
		if !errors.Is(err, unix.ENODEV) || !strings.Contains(err.Error(), `"eth7"`) {
			t.Error(err)
		}
	}
	err := devices.AddDefaultRoute(netip.MustParseAddr("10.10.10.1"))
	if !errors.Is(err, unix.ENETUNREACH) || !strings.Contains(err.Error(), "10.10.10.1") {
		t.Error(err)
	}
}

func TestOpenSandboxNamesWhatItCannotOpen(t *testing.T) {
	if _, err := network.OpenSandbox("/proc/self/ns/nothing"); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), `"/proc/self/ns/nothing"`) {
		t.Error(err)
	}
	netnstest.Enter(t)
	sandbox, err := network.OpenSandbox("/proc/self/ns/uts")
	if err != nil {
		t.Fatal(err)
	}
	defer sandbox.Close()
	if err := sandbox.Do(func() error { return nil }); err == nil || !strings.Contains(err.Error(), `"/proc/self/ns/uts"`) {
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
