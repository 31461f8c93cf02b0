// Package netnstest gives tests network namespaces of their own, so that no
// test ever touches the machine's network.
package netnstest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"mydocker/internal/netdevice"
	"mydocker/network"
)

// own is the calling thread's network namespace.
const own = "/proc/thread-self/ns/net"

// Enter moves a test into a new network namespace, with lo switched on. The
// test's goroutine stays on its thread, and the thread ends with it. A subtest
// runs in a goroutine, and so a namespace, of its own.
func Enter(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	runtime.LockOSThread() // never unlocked: the thread does not go back
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Fatalf("unsharing the network namespace: %v", err)
	}
	if err := Devices(t, own).BringUp(netdevice.Loopback); err != nil {
		t.Fatal(err)
	}
}

// Devices opens those of the network namespace at a path, until the test ends.
func Devices(t testing.TB, path string) *netdevice.Devices {
	t.Helper()
	sandbox, err := network.OpenSandbox(path)
	if err != nil {
		t.Fatal(err)
	}
	defer sandbox.Close()
	var devices *netdevice.Devices
	err = sandbox.Do(func() error { devices, err = netdevice.Open(); return err })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(devices.Close)
	return devices
}

// Own gives a path to the calling thread's network namespace, by which other
// goroutines find it. It lasts until the test ends.
func Own(t testing.TB) (path string) {
	t.Helper()
	namespace, err := os.Open(own)
	return keep(t, namespace, err)
}

// New makes a network namespace that lives until the test ends, in which
// nothing is switched on. The path opens it, in this process and its children.
func New(t testing.TB) (path string) {
	t.Helper()
	path, _ = Mortal(t)
	return path
}

// Mortal makes a network namespace that the returned function lets die.
func Mortal(t testing.TB) (path string, die func()) {
	t.Helper()
	var namespace *os.File
	err := abroad(func() error { return unix.Unshare(unix.CLONE_NEWNET) }, func() (err error) {
		namespace, err = os.Open(own)
		return err
	})
	return keep(t, namespace, err), func() { namespace.Close() }
}

// keep holds a namespace open until the test ends.
func keep(t testing.TB, namespace *os.File, err error) (path string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { namespace.Close() })
	return fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), namespace.Fd())
}

// In calls f in the network namespace at path, in another goroutine, and gives
// what it returns.
func In(path string, f func() error) error {
	namespace, err := os.Open(path)
	if err != nil {
		return err
	}
	defer namespace.Close()
	return abroad(func() error { return unix.Setns(int(namespace.Fd()), unix.CLONE_NEWNET) }, f)
}

// abroad calls f on a thread that has gone to another network namespace. The
// thread leaves it before abroad returns, so that it keeps no namespace alive,
// and then ends.
func abroad(leave, f func() error) error {
	result := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread is given to nobody else
		home, err := os.Open(own)
		if err != nil {
			result <- err
			return
		}
		defer home.Close()
		if err = leave(); err == nil {
			err = f()
		}
		result <- errors.Join(err, unix.Setns(int(home.Fd()), unix.CLONE_NEWNET))
	}()
	return <-result
}

// Shell runs shell lines in the calling thread's network namespace and gives
// what they print. The first line that fails ends the test.
func Shell(t testing.TB, lines ...string) string {
	t.Helper()
	command := exec.Command("bash", "-euxc", strings.Join(lines, "\n"))
	var stderr strings.Builder
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%v:\n%s", err, stderr.String())
	}
	return string(output)
}
