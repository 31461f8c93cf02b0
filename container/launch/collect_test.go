package launch

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"
)

// What a process becomes that collects its child lasts as long as that, and has the title.
func TestCollect(t *testing.T) {
	if os.Getenv("MYDOCKER_TEST_COLLECTS") != "" {
		child := exec.Command("cat")
		child.Stdin = os.Stdin
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		t.Fatal(Collect(child.Process.Pid, "collector", "of a child"))
	}
	again := exec.Command(os.Args[0], "-test.run=^TestCollect$")
	again.Env = append(os.Environ(), "MYDOCKER_TEST_COLLECTS=yes")
	input, err := again.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := again.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Start(); err != nil {
		t.Fatal(err)
	}
	defer again.Process.Kill()
	await(t, again.Process.Pid, "cmdline", "collector\x00of a child\x00")
	await(t, again.Process.Pid, "comm", "collector\n")
	input.Close()
	said, _ := io.ReadAll(output)
	if err := again.Wait(); err != nil {
		t.Errorf("it ended with %v, and said %q", err, said)
	}
}

// await waits until a file about a process has a content.
func await(t *testing.T, pid int, file, content string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
		if string(text) == content {
			return
		}
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("%s is %q, %v", file, text, err)
		}
	}
}
