package detach

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A title is shown in whole, however short a program's words are, of which nothing stays.
func TestATitleIsShown(t *testing.T) {
	if os.Getenv("MYDOCKER_TEST_TITLE") != "" {
		memory := memoryOf(os.Args)
		os.Args = nil
		inscribe(memory, []string{"a monitor", strings.Repeat("/long", 100), "1234567890"})
		line, err := os.ReadFile("/proc/self/cmdline")
		if want := "a monitor\x00" + strings.Repeat("/long", 100) + "\x001234567890\x00"; err != nil || string(line) != want {
			t.Errorf("got %q, %v", line, err)
		}
		if len(bytes.Trim(memory, "\x00")) > 0 {
			t.Errorf("%q is left", memory)
		}
		return
	}
	again := exec.Command(os.Args[0], "-test.run=^TestATitleIsShown$")
	again.Env = append(os.Environ(), "MYDOCKER_TEST_TITLE=yes")
	if output, err := again.CombinedOutput(); err != nil {
		t.Errorf("%v:\n%s", err, output)
	}
}

// Where the kernel does not look elsewhere for it, a title takes the place of the words as
// far as whole words of it fit.
func TestATitleHasTheRoomOfTheArguments(t *testing.T) {
	for _, c := range []struct{ arguments, title, want string }{
		{"mydocker run -d -e TOKEN=hush busybox top", "monitor /root 1234567890", "monitor\x00/root\x001234567890"},
		{"mydocker run -d busybox", "monitor /root 1234567890", "monitor\x00/root"},
		{"m run -d", "monitor /root", "monitor"},
		{"m r -d", "monitor /root", ""},
	} {
		memory := memoryOf(joined(strings.Fields(c.arguments)))
		fit(memory, strings.Fields(c.title))
		if got := strings.TrimRight(string(memory), "\x00"); got != c.want {
			t.Errorf("%q over %q: got %q, want %q", c.title, c.arguments, got, c.want)
		}
	}
}

// joined lays words out as the kernel does, one after the other in one piece of memory.
func joined(words []string) []string {
	memory := strings.Join(words, "\x00") + "\x00"
	together := make([]string, len(words))
	for i, word := range words {
		together[i] = memory[:len(word)]
		memory = memory[len(word)+1:]
	}
	return together
}

// Files that a program has inherited are closed, and those that it has opened are not.
func TestInheritedFilesAreClosed(t *testing.T) {
	if os.Getenv("MYDOCKER_TEST_INHERITS") != "" {
		own, err := os.Open("/")
		if err != nil {
			t.Fatal(err)
		}
		defer own.Close()
		closeInherited()
		if _, err := unix.FcntlInt(3, unix.F_GETFD, 0); err != unix.EBADF {
			t.Errorf("the inherited one: %v, want %v", err, unix.EBADF)
		}
		if _, err := own.Stat(); err != nil {
			t.Error(err)
		}
		return
	}
	root, err := os.Open("/")
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	again := exec.Command(os.Args[0], "-test.run=^TestInheritedFilesAreClosed$")
	again.Env = append(os.Environ(), "MYDOCKER_TEST_INHERITS=yes")
	again.ExtraFiles = []*os.File{root}
	if output, err := again.CombinedOutput(); err != nil {
		t.Errorf("%v:\n%s", err, output)
	}
}
