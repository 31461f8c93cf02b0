package container

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// What containers may see of the program cannot be opened for writing, on
// kernels of any age.
func TestOwnExecutableIsReadOnly(t *testing.T) {
	needRoot(t)
	sealed, err := ownExecutable()
	if err != nil {
		t.Fatal(err)
	}
	defer sealed.Close()
	wantUnwritable(t, sealed)
}

func TestSealOld(t *testing.T) {
	needRoot(t)
	fd, err := unix.OpenTree(unix.AT_FDCWD, ownPath, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	sealed := os.NewFile(uintptr(fd), ownPath)
	defer sealed.Close()
	if err := sealOld(sealed); err != nil {
		t.Fatal(err)
	}
	wantUnwritable(t, sealed)
	command := exec.Command(fmt.Sprintf("/proc/self/fd/%d", sealed.Fd()))
	command.Env = append(os.Environ(), "CONTAINER_TEST_ROLE=sealed")
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("running it: %v: %s", err, output)
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil || strings.Contains(string(mounts), " /proc/version ") {
		t.Errorf("a mount is left (%v)", err)
	}
}

// wantUnwritable looks at the mount: opening the file is refused for as long as
// it runs, whatever its mount.
func wantUnwritable(t *testing.T, file *os.File) {
	t.Helper()
	var about unix.Statfs_t
	if err := unix.Fstatfs(int(file.Fd()), &about); err != nil || about.Flags&unix.ST_RDONLY == 0 {
		t.Errorf("its mount can be written to (%v)", err)
	}
	if _, err := os.OpenFile(fmt.Sprintf("/proc/self/fd/%d", file.Fd()), os.O_WRONLY, 0); err == nil {
		t.Error("it was opened for writing")
	}
}
