package engine

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// TestOnlyItsOwnUserIsTrusted has somebody else connect to a control socket to
// which everybody may connect, as if its mode had been changed.
func TestOnlyItsOwnUserIsTrusted(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	const nobody = 65534
	path := openSocket(t)
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	for uid, want := range map[int]bool{os.Geteuid(): true, nobody: false} {
		connectAs(t, uid, path)
		conn, err := listener.AcceptUnix()
		if err != nil {
			t.Fatal(err)
		}
		if got := trusted(conn); got != want {
			t.Errorf("user %d: got %v, want %v", uid, got, want)
		}
		conn.Close()
	}
}

// openSocket gives a path for a socket in a directory that everybody may enter.
func openSocket(t *testing.T) string {
	t.Helper()
	directory, err := os.MkdirTemp("", "socket")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(directory) })
	if err := os.Chmod(directory, 0o711); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(directory, "socket")
}

// connectAs connects as a user, whom a thread becomes that ends thereafter.
func connectAs(t *testing.T, uid int, path string) {
	t.Helper()
	connected := make(chan error)
	go func() {
		runtime.LockOSThread()
		if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, uintptr(uid), uintptr(uid), uintptr(uid)); errno != 0 {
			connected <- errno
			return
		}
		conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: path, Net: "unix"})
		if err == nil {
			t.Cleanup(func() { conn.Close() })
		}
		connected <- err
	}()
	if err := <-connected; err != nil {
		t.Fatal(err)
	}
}
