package roll

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/internal/companion"
)

// The program's first thread stays main's: it does not end before the program.
func init() { runtime.LockOSThread() }

// The test's binary is also who signs: with a roll and a name it signs, says so and
// lives until its input ends.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "sign" {
		if _, err := Sign(os.Args[2], os.Args[3]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Print("s")
		os.Stdin.Read(make([]byte, 1))
		return
	}
	os.Exit(m.Run())
}

// newRoll gives a path for a roll, in memory.
func newRoll(t testing.TB) string {
	t.Helper()
	directory, err := os.MkdirTemp("/dev/shm", "roll")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(directory) })
	return filepath.Join(directory, "roll")
}

// signer is a process that has signed.
func signer(t *testing.T, path, name string) *exec.Cmd {
	t.Helper()
	command := exec.Command(companion.Program, "sign", path, name)
	output, _ := companion.Start(t, command)
	if _, err := output.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	return command
}

// expect compares who is on the roll and lives.
func expect(t *testing.T, path string, want ...string) {
	t.Helper()
	present, _, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(slices.Values(present)); !slices.Equal(got, want) {
		t.Errorf("on the roll are %q, want %q", got, want)
	}
}

// expectDead compares who has died.
func expectDead(t *testing.T, path string, want ...string) {
	t.Helper()
	_, dead, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(dead, want) {
		t.Errorf("dead are %q, want %q", dead, want)
	}
}

// Who is killed is marked, and keeps the place until somebody strikes the name.
func TestWhoIsKilledIsMarked(t *testing.T) {
	path := newRoll(t)
	expect(t, path)
	first, second := signer(t, path, "first"), signer(t, path, "second")
	expect(t, path, "first", "second")
	first.Process.Kill()
	first.Wait()
	expect(t, path, "second")
	signer(t, path, "third")
	expect(t, path, "second", "third")
	expectDead(t, path, "first")
	if err := Strike(path, func(name string, lives bool) bool { return name == "first" && !lives }); err != nil {
		t.Fatal(err)
	}
	expectDead(t, path)
	second.Process.Signal(os.Interrupt)
	second.Wait()
	expect(t, path, "third")
	expectDead(t, path, "second")
}

// A thread that ends is marked, and one that strikes its name is not.
func TestAThreadSigns(t *testing.T) {
	path := newRoll(t)
	sign := func(name string, then func(*Signature)) {
		done := make(chan error)
		go func() {
			runtime.LockOSThread()
			signature, err := Sign(path, name)
			if err == nil {
				then(signature)
			}
			done <- err // and the thread ends
		}()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	sign("struck", func(s *Signature) {
		expect(t, path, "struck")
		s.Strike()
		expect(t, path)
	})
	sign("ended", func(*Signature) { expect(t, path, "ended") })
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		if present, _, err := Read(path); err != nil || len(present) == 0 {
			break
		}
	}
	expectDead(t, path, "ended")
}

// Many sign at the same time, on more pages than one, and nobody takes another's
// place.
func TestManySign(t *testing.T) {
	path := newRoll(t)
	const many = 200
	var signed, read sync.WaitGroup
	var want []string
	read.Add(1)
	signed.Add(many)
	for i := range many {
		name := fmt.Sprintf("%010d", i)
		want = append(want, name)
		go func() {
			runtime.LockOSThread()
			if _, err := Sign(path, name); err != nil {
				t.Error(err)
			}
			signed.Done()
			read.Wait()
		}()
	}
	signed.Wait()
	expect(t, path, want...)
	read.Done()
}

// Somebody else can strike the name of one who lives, who is not marked then.
func TestSomebodyElseStrikes(t *testing.T) {
	path := newRoll(t)
	first := signer(t, path, "first")
	signer(t, path, "second")
	if err := Strike(path, func(name string, _ bool) bool { return name == "first" }); err != nil {
		t.Fatal(err)
	}
	expect(t, path, "second")
	signer(t, path, "third")
	first.Process.Kill()
	first.Wait()
	expect(t, path, "second", "third")
	expectDead(t, path)
}

// A roll that somebody cuts short costs names, and nobody his life.
func TestARollThatIsCutShort(t *testing.T) {
	path := newRoll(t)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	signature, err := Sign(path, "name")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	expect(t, path)
	signature.Strike()
}

// A disk may keep what the kernel has struck out.
func TestARollOnADiskIsNotBelieved(t *testing.T) {
	path := newRoll(t)
	signer(t, path, "name")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var about unix.Statfs_t
	disk := filepath.Join(t.TempDir(), "roll")
	if err := errors.Join(os.WriteFile(disk, content, 0o600), unix.Statfs(disk, &about)); err != nil {
		t.Fatal(err)
	}
	if about.Type == unix.TMPFS_MAGIC || about.Type == unix.RAMFS_MAGIC {
		t.Skip("the directory for temporary files is in memory")
	}
	expect(t, disk)
	if _, err := Sign(disk, "other"); err == nil {
		t.Error("a roll on a disk was signed")
	}
}

func TestANameThatIsTooLong(t *testing.T) {
	path := newRoll(t)
	if _, err := Sign(path, "1234567890123456789012345"); err == nil {
		t.Error("25 bytes were signed")
	}
}

// What is no roll names nobody, or what it says; it stops nobody.
func FuzzRead(f *testing.F) {
	f.Add([]byte{})
	f.Add(make([]byte, 2*entrySize+1))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := newRoll(t)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		present, dead, err := Read(path)
		if err != nil || len(present)+len(dead) > len(content)/entrySize {
			t.Errorf("%d names are in %d bytes: %v", len(present)+len(dead), len(content), err)
		}
	})
}
