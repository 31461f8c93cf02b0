package unixsocket

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

func listen(t *testing.T, path string) *net.UnixListener {
	t.Helper()
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

func deviceOf(t *testing.T, path string) uint64 {
	t.Helper()
	var about unix.Stat_t
	if err := unix.Stat(path, &about); err != nil {
		t.Fatal(err)
	}
	return about.Dev
}

func listening(t *testing.T, device uint64) (addresses []string) {
	t.Helper()
	if err := Listening(device, func(address string) { addresses = append(addresses, address) }); err != nil {
		t.Fatal(err)
	}
	return addresses
}

// Found is who listens, by the name that it gave, and nobody else: not who has
// closed its socket or is on another device.
func TestWhoListensIsFound(t *testing.T) {
	directory := t.TempDir()
	device := deviceOf(t, directory)
	open, closed := filepath.Join(directory, "open"), filepath.Join(directory, "closed")
	listen(t, open)
	ended := listen(t, closed)
	ended.SetUnlinkOnClose(false)
	ended.Close()
	talk, err := net.Dial("unix", open)
	if err != nil {
		t.Fatal(err)
	}
	defer talk.Close()

	found := listening(t, device)
	if !slices.Contains(found, open) {
		t.Errorf("%q is not among %q", open, found)
	}
	if slices.Contains(found, closed) {
		t.Errorf("%q is found, at which nobody listens", closed)
	}
	if elsewhere := listening(t, deviceOf(t, "/proc")); slices.Contains(elsewhere, open) {
		t.Errorf("%q is found on another device", open)
	}
}

// Somebody else's socket is not taken for this user's, whatever its name says.
func TestSomebodyElsesIsNotFound(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can make a socket of somebody else's")
	}
	directory := t.TempDir()
	path := filepath.Join(directory, "socket")
	fd := socketOf(t, 65534)
	defer unix.Close(fd)
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: path}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(fd, 1); err != nil {
		t.Fatal(err)
	}
	if found := listening(t, deviceOf(t, directory)); slices.Contains(found, path) {
		t.Errorf("%q is found, which is another user's", path)
	}
}

// socketOf gives a socket that belongs to another user.
func socketOf(t *testing.T, user int) int {
	t.Helper()
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Fchown(fd, user, user); err != nil {
		t.Fatal(err)
	}
	return fd
}
