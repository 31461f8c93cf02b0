package container

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// play is the life of a test binary that runs as something else than a test.
func play(role string) int {
	switch role {
	case "monitor":
		return playMonitor()
	case "caller":
		return playCaller()
	case "sealed":
		return playSealed()
	}
	return 2
}

// playMonitor runs the container that its environment describes, prints the
// pid, and stays until the container ends.
func playMonitor() int {
	cfg, err := rehearsed()
	if err != nil {
		fmt.Println(err)
		return 1
	}
	p, err := Create(cfg)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	if os.Getenv("CONTAINER_TEST_STAGE") == "created" {
		fmt.Println(p.Pid())
		select {}
	}
	if err := p.Start(); err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println(p.Pid())
	status, _ := p.Wait()
	return int(status)
}

// monitored starts a container under a process of its own, and gives both
// pids.
func monitored(t *testing.T, cfg Config, stage string) (monitor *exec.Cmd, pid int) {
	t.Helper()
	return played(t, "CONTAINER_TEST_ROLE=monitor", "CONTAINER_TEST_STAGE="+stage, rehearse(t, cfg))
}

// played runs the test binary in a role, which prints a pid.
func played(t *testing.T, environment ...string) (player *exec.Cmd, pid int) {
	t.Helper()
	player = exec.Command("/proc/self/exe")
	player.Env = append(os.Environ(), environment...)
	output, err := player.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := player.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		player.Process.Kill()
		player.Wait()
	})
	line := make([]byte, 1024)
	n, _ := output.Read(line)
	pid, err = strconv.Atoi(strings.TrimSpace(string(line[:n])))
	if err != nil {
		t.Fatalf("the process says %q", line[:n])
	}
	return player, pid
}

// playCaller adds a process to the container that its environment describes,
// prints the pid and stays.
func playCaller() int {
	var target Target
	var cfg ExecConfig
	err := errors.Join(
		json.Unmarshal([]byte(os.Getenv("CONTAINER_TEST_TARGET")), &target),
		json.Unmarshal([]byte(os.Getenv("CONTAINER_TEST_CONFIG")), &cfg.Process),
	)
	cfg.User, cfg.Detached = os.Getenv("CONTAINER_TEST_USER"), os.Getenv("CONTAINER_TEST_DETACHED") == "true"
	p, execErr := Exec(target, cfg)
	if err = errors.Join(err, execErr); err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println(p.Pid())
	select {}
}

// playSealed tries to write to its own executable.
func playSealed() int {
	_, err := os.OpenFile("/proc/self/exe", os.O_WRONLY|os.O_TRUNC, 0)
	if !errors.Is(err, unix.EROFS) {
		fmt.Println(err)
		return 1
	}
	return 0
}

// executed adds a process to a container from a process of its own, and gives
// both pids.
func executed(t *testing.T, p *Process, detached bool, user string) (caller *exec.Cmd, pid int) {
	t.Helper()
	where, err := json.Marshal(target(p))
	if err != nil {
		t.Fatal(err)
	}
	what, err := json.Marshal(script("sleep 1000"))
	if err != nil {
		t.Fatal(err)
	}
	return played(t, "CONTAINER_TEST_ROLE=caller", "CONTAINER_TEST_TARGET="+string(where), "CONTAINER_TEST_CONFIG="+string(what),
		"CONTAINER_TEST_USER="+user, fmt.Sprintf("CONTAINER_TEST_DETACHED=%t", detached))
}

// rehearse puts a container's configuration into an environment variable.
func rehearse(t *testing.T, cfg Config) string {
	t.Helper()
	text, err := json.Marshal(newErrand(cfg))
	if err != nil {
		t.Fatal(err)
	}
	return "CONTAINER_TEST_CONFIG=" + string(text)
}

// rehearsed is the other direction of rehearse.
func rehearsed() (Config, error) {
	var task errand
	err := json.Unmarshal([]byte(os.Getenv("CONTAINER_TEST_CONFIG")), &task)
	return Config{ID: "test", Spec: task.Spec, Rootfs: task.Rootfs, User: task.User, Init: task.Init}, err
}
