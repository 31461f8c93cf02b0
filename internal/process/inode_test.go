package process

import (
	"os"
	"os/exec"
	"testing"
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

func inodeOfPID(t *testing.T, pid int) Inode {
	t.Helper()
	start, inode, err := Identify(pid)
	if err != nil || !Alive(pid, start) {
		t.Fatal(start, err)
	}
	return inode
}
