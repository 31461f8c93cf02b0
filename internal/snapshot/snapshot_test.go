package snapshot

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/internal/tree"
)

const patience = 10 * time.Second

// ownHost gives the test a thread with empty network and private mount
// namespaces. The thread is never unlocked, so that it ends with the test.
func ownHost(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET | unix.CLONE_NEWNS); err != nil {
		t.Fatalf("unsharing namespaces: %v", err)
	}
	if err := unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, ""); err != nil {
		t.Fatalf("making mounts private: %v", err)
	}
	sh(t, "ip link set lo up")
}

func sh(t *testing.T, line string) {
	t.Helper()
	if output, err := exec.Command("sh", "-c", line).CombinedOutput(); err != nil {
		t.Fatalf("running %q: %v: %s", line, err, output)
	}
}

func TestSnapshotSeesEachKindOfLeak(t *testing.T) {
	ownHost(t)
	root := t.TempDir()
	for _, leak := range []struct{ section, make, unmake, seen string }{
		{"link", "ip link add leak0 type bridge", "ip link del leak0", "leak0 bridge"},
		{"address", "ip addr add 192.0.2.7/32 dev lo", "ip addr del 192.0.2.7/32 dev lo", "192.0.2.7/32 dev lo"},
		{"route", "ip route add 198.51.100.0/24 dev lo", "ip route del 198.51.100.0/24", "198.51.100.0/24"},
		{"rule", "iptables -t nat -A POSTROUTING -m comment --comment leak -j MASQUERADE", "iptables -t nat -D POSTROUTING -m comment --comment leak -j MASQUERADE", "--comment leak"},
		{"policy", "iptables -P FORWARD DROP", "iptables -P FORWARD ACCEPT", "-P FORWARD DROP"},
		{"mount", "mount -t tmpfs leak " + root, "umount " + root, "leak on " + root},
		{"file", "echo leak > " + root + "/file", "rm " + root + "/file", root + "/file 5 bytes"},
	} {
		t.Run(leak.section, func(t *testing.T) {
			// The subtest has a goroutine of its own, on another thread.
			ownHost(t)
			scope := Scope{Roots: []string{root}, IDs: func() []string { return nil }}
			before, err := Take(scope)
			if err != nil {
				t.Fatal(err)
			}
			sh(t, leak.make)
			d, err := Settle(before, scope, 0)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(d.String(), leak.seen) {
				t.Errorf("%q is not seen in:\n%s", leak.seen, d)
			}
			sh(t, leak.unmake)
			expectSettled(t, before, scope)
		})
	}
}

func expectSettled(t *testing.T, before Snapshot, scope Scope) {
	t.Helper()
	d, err := Settle(before, scope, patience)
	if err != nil {
		t.Fatal(err)
	}
	if !d.Empty() {
		t.Errorf("still different:\n%s", d)
	}
}

func TestSnapshotSeesAProcessAndItsNamespaces(t *testing.T) {
	ownHost(t)
	root := t.TempDir()
	scope := Scope{Roots: []string{root}, IDs: func() []string { return nil }}
	before, err := Take(scope)
	if err != nil {
		t.Fatal(err)
	}
	leak := exec.Command("unshare", "--uts", "sleep", "1000")
	leak.Env = append(os.Environ(), "MYDOCKER_ROOT="+root)
	if err := leak.Start(); err != nil {
		t.Fatal(err)
	}
	defer leak.Process.Kill()
	waitFor(t, func() string {
		d, err := Settle(before, scope, 0)
		if err != nil {
			return err.Error()
		}
		if text := d.String(); !strings.Contains(text, "sleep 1000") || !strings.Contains(text, "namespace: uts:[") {
			return "neither process nor namespace in:\n" + text
		}
		return ""
	})
	leak.Process.Kill()
	leak.Wait()
	expectSettled(t, before, scope)
}

// waitFor calls until there is no complaint, or too long.
func waitFor(t *testing.T, complaint func() string) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		text := complaint()
		if text == "" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(text)
		}
		time.Sleep(settlePoll)
	}
}

func TestProcessOfAnotherScopeDoesNotBelong(t *testing.T) {
	ownHost(t)
	other := exec.Command("sleep", "1000")
	other.Env = append(os.Environ(), "MYDOCKER_ROOT="+t.TempDir())
	startOutside(t, other)
	scope := Scope{Roots: []string{t.TempDir()}, IDs: func() []string { return nil }}
	members, err := scope.Members()
	if err != nil {
		t.Fatal(err)
	}
	for _, member := range members {
		if member.PID == other.Process.Pid {
			t.Errorf("%+v belongs to the scope of %q", member, scope.Roots)
		}
	}
}

// startOutside starts a command in the namespaces of the whole program.
func startOutside(t *testing.T, command *exec.Cmd) {
	t.Helper()
	started := make(chan error)
	go func() { started <- command.Start() }()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		command.Process.Kill()
		command.Wait()
	})
}

func TestSnapshotSeesACgroup(t *testing.T) {
	ownHost(t)
	hierarchy := writableCgroup(t)
	name := "snapshot-" + filepath.Base(t.TempDir()) + "-" + time.Now().Format("150405.000000")
	scope := Scope{IDs: func() []string { return []string{name} }}
	before, err := Take(scope)
	if err != nil {
		t.Fatal(err)
	}
	leak := filepath.Join(hierarchy, name)
	if err := os.Mkdir(leak, 0o755); err != nil {
		t.Fatal(err)
	}
	defer unix.Rmdir(leak)
	d, err := Settle(before, scope, 0)
	if err != nil {
		t.Fatal(err)
	}
	if want := "+ cgroup: " + leak + "\n"; d.String() != want {
		t.Errorf("got %q, want %q", d, want)
	}
	unix.Rmdir(leak)
	expectSettled(t, before, scope)
}

// writableCgroup gives the top of a hierarchy in which a cgroup can be made.
func writableCgroup(t *testing.T) string {
	t.Helper()
	mounts, err := mountTable()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mounts {
		if m.FSType == "cgroup2" || m.FSType == "cgroup" && strings.Contains(m.VFSOptions, "pids") {
			return m.Mountpoint
		}
	}
	t.Skip("needs a mounted cgroup hierarchy")
	return ""
}

func TestWatchRemembersWhatIsGone(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "containers")
	watch, err := WatchDirectory(directory)
	if err != nil {
		t.Fatal(err)
	}
	defer watch.Close()
	sh(t, "cd "+directory+"; mkdir 1891821312 .tmp-1; rmdir 1891821312; mkdir other; mv other 3994300986")
	want := "1891821312 other 3994300986"
	if got := strings.Join(watch.Names(), " "); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDirectoriesBelowTheLongestPathAreLeftOut(t *testing.T) {
	top := t.TempDir()
	defer tree.Remove(top)
	at, err := unix.Open(top, unix.O_PATH, 0)
	for range 30 {
		name := strings.Repeat("0", 200)
		below := -1
		if err = unix.Mkdirat(at, name, 0o700); err == nil {
			below, err = unix.Openat(at, name, unix.O_PATH, 0)
		}
		if err != nil {
			t.Fatal(err)
		}
		unix.Close(at)
		at = below
	}
	unix.Close(at)
	found, err := directories(top, func(string) bool { return true })
	if err != nil || len(found) < 10 || len(found) > 30 {
		t.Errorf("%d of 31 directories, %v", len(found), err)
	}
}
