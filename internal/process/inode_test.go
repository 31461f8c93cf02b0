package process

import (
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestAnInodeIsThatOfOneProcess(t *testing.T) {
	child := exec.Command("sleep", "60")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer child.Wait()
	defer child.Process.Kill()
	inode, own := inodeOfPID(t, child.Process.Pid), inodeOfPID(t, os.Getpid())
	if inode == 0 {
		t.Skip("this kernel has no pidfs")
	}
	if inode == own || !inode.Runs(child.Process.Pid) || !own.Runs(os.Getpid()) {
		t.Errorf("%d and %d of processes that run", inode, own)
	}
	if inode.Runs(os.Getpid()) || Inode(0).Runs(os.Getpid()) {
		t.Error("another process is taken for it")
	}
}

// Go's own runtime sends signals to its threads at any moment.
func TestSignalsDoNotMakeAProcessLookDead(t *testing.T) {
	inode := inodeOfPID(t, os.Getpid())
	if inode == 0 {
		t.Skip("this kernel has no pidfs")
	}
	const looks = 300_000
	thread, over := make(chan int), make(chan struct{})
	wrong := 0
	go func() {
		defer close(over)
		runtime.LockOSThread()
		thread <- unix.Gettid()
		for range looks {
			if !inode.Runs(os.Getpid()) {
				wrong++
			}
		}
	}()
	for target := <-thread; ; time.Sleep(50 * time.Microsecond) {
		select {
		case <-over:
			if wrong > 0 {
				t.Errorf("of %d looks %d found a process dead that runs", looks, wrong)
			}
			return
		default:
			unix.Tgkill(os.Getpid(), target, unix.SIGURG) // the error is that the thread has ended
		}
	}
}

func inodeOfPID(t *testing.T, pid int) Inode {
	t.Helper()
	start, inode, err := Identify(pid)
	if err != nil || !Alive(pid, start) {
		t.Fatal(start, err)
	}
	return inode
}
