package engine

import (
	"fmt"
	"os"
	"testing"

	"mydocker/internal/process"
)

// A note is believed only of a process that runs and is the same.
func TestWhichNotesAreBelieved(t *testing.T) {
	e := emptyEngine(t)
	bootID, err := process.BootID()
	if err != nil {
		t.Fatal(err)
	}
	self, err := refer(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if self.Inode == 0 {
		t.Skip("this kernel has no pidfs")
	}
	live := &Live{BootID: bootID, Work: Running, Owner: self, Program: self}
	if err := e.saveLive("1", live); err != nil {
		t.Fatal(err)
	}
	directory, err := os.Open(e.Layout.Live())
	if err != nil {
		t.Fatal(err)
	}
	defer directory.Close()
	if !hasNotedOwner(directory, "1", bootID) {
		t.Error("the note of a process that runs is not believed")
	}
	for _, text := range []string{
		"", "x", fmt.Sprintf("%d %d", self.PID, self.Inode), fmt.Sprintf("%d %d ", self.PID, self.Inode), fmt.Sprintf("%d 0 %s", self.PID, bootID),
		fmt.Sprintf("%d %d %s", self.PID, self.Inode+1, bootID), fmt.Sprintf("%d %d %s", os.Getppid(), self.Inode, bootID),
		fmt.Sprintf("%d %d 00000000-0000-0000-0000-000000000000", self.PID, self.Inode), fmt.Sprintf("-1 %d %s", self.Inode, bootID),
	} {
		e.forgetOwner("1")
		if text != "" {
			if err := os.Symlink(text, e.ownerNotePath("1")); err != nil {
				t.Fatal(err)
			}
		}
		if hasNotedOwner(directory, "1", bootID) {
			t.Errorf("the note %q is believed", text)
		}
	}
}

// Whoever takes a container over is not taken for its monitor.
func TestANewOwnerLeavesNoNote(t *testing.T) {
	e := emptyEngine(t)
	self, err := refer(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for _, live := range []*Live{
		{Work: Running, Owner: self, Program: self}, {Work: Removing, Owner: self, Program: self},
		{Work: Running, Owner: self, Program: self}, {Work: Running, Owner: self},
	} {
		if err := e.saveLive("1", live); err != nil {
			t.Fatal(err)
		}
		_, err := os.Readlink(e.ownerNotePath("1"))
		noted := err == nil
		if want := self.Inode != 0 && live.Work == Running && live.Program.PID != 0; noted != want {
			t.Errorf("work %q of program %d: there is a note: %t, want %t", live.Work, live.Program.PID, noted, want)
		}
	}
}
