package process

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestParse(t *testing.T) {
	rest := " 1 1 1 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 %THREADS% 0 4711 0 0"
	tests := []struct {
		name, stat string
		start      uint64
		ended, bad bool
	}{
		{name: "running", stat: "7 (sh) R" + strings.Replace(rest, "%THREADS%", "1", 1), start: 4711},
		{name: "hostile name", stat: "7 (a) R 1 (b) Z) S" + strings.Replace(rest, "%THREADS%", "1", 1), start: 4711},
		{name: "zombie", stat: "7 (sh) Z" + strings.Replace(rest, "%THREADS%", "1", 1), start: 4711, ended: true},
		{name: "only the leader ended", stat: "7 (sh) Z" + strings.Replace(rest, "%THREADS%", "3", 1), start: 4711},
		{name: "short", stat: "7 (sh) R 1 2 3", bad: true},
		{name: "empty", stat: "", bad: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			start, ended, err := parse([]byte(test.stat))
			if test.bad {
				if err == nil {
					t.Fatal("accepted")
				}
				return
			}
			if err != nil || start != test.start || ended != test.ended {
				t.Errorf("got %d, ended %t, %v", start, ended, err)
			}
		})
	}
}

func TestSignalReachesOnlyTheNamedProcess(t *testing.T) {
	command := exec.Command("sleep", "60")
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	pid := command.Process.Pid
	start, err := Start(pid)
	if err != nil {
		t.Fatal(err)
	}
	if err := Signal(pid, start+1, unix.SIGKILL); !errors.Is(err, ErrGone) {
		t.Errorf("a process with another start time: %v, want ErrGone", err)
	}
	if !Alive(pid, start) {
		t.Fatal("not alive")
	}
	if err := Signal(pid, start, unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	command.Wait()
	if status := command.ProcessState.Sys().(interface{ Signal() unix.Signal }); status.Signal() != unix.SIGTERM {
		t.Errorf("ended by %v", status.Signal())
	}
	if Alive(pid, start) {
		t.Error("alive after it was reaped")
	}
	if err := Signal(pid, start, unix.SIGKILL); !errors.Is(err, ErrGone) {
		t.Errorf("signal to an ended process: %v, want ErrGone", err)
	}
}

func TestZombieIsNotAlive(t *testing.T) {
	command := exec.Command("sleep", "60")
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	defer command.Wait()
	pid := command.Process.Pid
	start, err := Start(pid)
	if err != nil {
		t.Fatal(err)
	}
	pidfd, err := Open(pid, start)
	if err != nil {
		t.Fatal(err)
	}
	defer pidfd.Close()
	inode := inodeOfPID(t, pid)
	if err := Send(pidfd, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	ended := []unix.PollFd{{Fd: int32(pidfd.Fd()), Events: unix.POLLIN}}
	if n, err := unix.Poll(ended, 10_000); n != 1 {
		t.Fatalf("waiting for the end: %v", err)
	}
	if Alive(pid, start) || inode.Runs(pid) {
		t.Error("a zombie counts as alive")
	}
	if _, _, err := Identify(pid); err != ErrGone {
		t.Errorf("a zombie is identified: %v, want ErrGone", err)
	}
}

func TestBootID(t *testing.T) {
	first, err := BootID()
	if err != nil {
		t.Fatal(err)
	}
	second, _ := BootID()
	if len(first) != 36 || first != second {
		t.Errorf("boot IDs %q and %q", first, second)
	}
}

func TestOwnStart(t *testing.T) {
	if start, err := Start(os.Getpid()); err != nil || start == 0 {
		t.Errorf("start %d, %v", start, err)
	}
}
