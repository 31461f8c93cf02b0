package roll

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
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

// signer is a process that has signed.
func signer(t *testing.T, path, name string) *exec.Cmd {
	t.Helper()
	command := exec.Command("/proc/self/exe", "sign", path, name)
	command.Stderr = os.Stderr
	input, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		input.Close()
		command.Wait()
	})
	if _, err := output.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	return command
}

func present(t *testing.T, path string) []string {
	t.Helper()
	names, err := Present(path)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(slices.Values(names))
}

// expect compares who is on the roll.
func expect(t *testing.T, path string, want ...string) {
	t.Helper()
	if got := present(t, path); !slices.Equal(got, want) {
		t.Errorf("on the roll are %q, want %q", got, want)
	}
}

func TestWhoIsKilledIsStruckOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "roll")
	expect(t, path)
	first, second := signer(t, path, "first"), signer(t, path, "second")
	expect(t, path, "first", "second")
	first.Process.Kill()
	first.Wait()
	expect(t, path, "second")
	signer(t, path, "third")
	expect(t, path, "second", "third")
	second.Process.Signal(os.Interrupt)
	second.Wait()
	expect(t, path, "third")
}

// A thread that ends takes its name along, and so does one that strikes it.
func TestAThreadSigns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "roll")
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
	for len(present(t, path)) > 0 { // the test's deadline is go test's
		runtime.Gosched()
	}
}

// Many sign at the same time, on more pages than one, and nobody takes another's
// place.
func TestManySign(t *testing.T) {
	path := filepath.Join(t.TempDir(), "roll")
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

func TestANameThatIsTooLong(t *testing.T) {
	path := filepath.Join(t.TempDir(), "roll")
	if _, err := Sign(path, "1234567890123456789012345"); err == nil {
		t.Error("25 bytes were signed")
	}
}

// What is no roll names nobody, or what it says; it stops nobody.
func FuzzPresent(f *testing.F) {
	f.Add([]byte{})
	f.Add(make([]byte, 2*entrySize+1))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "roll")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if names := present(t, path); len(names) > len(content)/entrySize {
			t.Errorf("%d names are in %d bytes", len(names), len(content))
		}
	})
}
