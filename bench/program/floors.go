package program

import (
	_ "embed"
	"os"
	"os/exec"
	"path/filepath"
)

//go:embed floor/floor.c
var floorSource []byte

// Unshare is util-linux' program with a chroot: namespaces, /proc and a
// program in the root file system, and nothing else. There is hardly less that
// a container could be.
func Unshare(rootfs string) (*Program, error) {
	path, err := exec.LookPath("unshare")
	if err != nil {
		return nil, missing("unshare", err)
	}
	p := &Program{Name: "unshare", Version: firstLine(path, "--version")}
	p.Run = func(string) *exec.Cmd {
		return exec.Command(path, "--fork", "--mount", "--uts", "--ipc", "--pid", "--net",
			"--mount-proc="+filepath.Join(rootfs, "proc"), "chroot", rootfs, "true")
	}
	p.start = func() error { return os.MkdirAll(filepath.Join(rootfs, "proc"), 0o755) }
	return p, nil
}

// Clone is a C program of fifty lines that is compiled here: one clone into
// all namespaces, pivot_root, /proc, exec, and waiting.
func Clone(directory, rootfs string) (*Program, error) {
	compiler, err := exec.LookPath("cc")
	if err != nil {
		return nil, missing("clone + pivot_root", err)
	}
	source, path := filepath.Join(directory, "floor.c"), filepath.Join(directory, "floor")
	p := &Program{Name: "clone + pivot_root", Version: firstLine(compiler, "--version")}
	command := func(program ...string) *exec.Cmd { return exec.Command(path, append([]string{rootfs}, program...)...) }
	p.Run = func(string) *exec.Cmd { return command("/bin/true") }
	p.Detach = func(string) *exec.Cmd { return command(append([]string{"/bin/sleep"}, idle[1:]...)...) }
	p.start = func() error {
		if err := os.WriteFile(source, floorSource, 0o644); err != nil {
			return err
		}
		return Do(exec.Command(compiler, "-O2", "-static", "-o", path, source))
	}
	return p, nil
}
