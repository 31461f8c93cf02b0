package terminal

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

func TestOpen(t *testing.T) {
	root, err := os.Open("/")
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	master, slave, err := Open(root, &specs.Box{Width: 70, Height: 20})
	if err != nil {
		t.Skipf("needs a devpts on /dev/pts: %v", err)
	}
	defer master.Close()
	defer slave.Close()
	size, err := unix.IoctlGetWinsize(int(slave.Fd()), unix.TIOCGWINSZ)
	if err != nil || size.Col != 70 || size.Row != 20 {
		t.Errorf("size %+v, %v", size, err)
	}
	if err := Resize(master, &specs.Box{Width: 1, Height: 2}); err != nil {
		t.Fatal(err)
	}
	if size, _ = unix.IoctlGetWinsize(int(slave.Fd()), unix.TIOCGWINSZ); size.Col != 1 || size.Row != 2 {
		t.Errorf("size %+v", size)
	}
	slave.WriteString("x")
	if n, err := master.Read(make([]byte, 8)); n != 1 || err != nil {
		t.Errorf("read %d, %v", n, err)
	}
}

// A container can put anything under the name of its multiplexer.
func TestOpenTakesNothingElse(t *testing.T) {
	for name, set := range map[string]func(string) error{
		"file":    func(name string) error { return os.WriteFile(name, nil, 0o666) },
		"link":    func(name string) error { return os.Symlink("/dev/ptmx", name) },
		"null":    func(name string) error { return unix.Mknod(name, unix.S_IFCHR|0o666, int(unix.Mkdev(1, 3))) },
		"missing": func(string) error { return nil },
		"no devpts": func(name string) error {
			return unix.Mknod(name, unix.S_IFCHR|0o666, int(unix.Mkdev(5, 2)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			if err := os.MkdirAll(filepath.Join(directory, "dev/pts"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := set(filepath.Join(directory, "dev/pts/ptmx")); err == unix.EPERM {
				t.Skip("needs root")
			} else if err != nil {
				t.Fatal(err)
			}
			root, err := os.Open(directory)
			if err != nil {
				t.Fatal(err)
			}
			defer root.Close()
			if master, _, err := Open(root, nil); err == nil {
				master.Close()
				t.Error("accepted")
			}
		})
	}
}
