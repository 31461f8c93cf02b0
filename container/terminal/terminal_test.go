package terminal

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/internal/handle/handletest"
	"mydocker/internal/tripwire"
)

func TestOpen(t *testing.T) {
	master, slave, err := Open(handletest.Root(t, "/"), &specs.Box{Width: 70, Height: 20})
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

// A container can put anything under the name of its multiplexer, such as a device
// that starts something when it is opened.
func TestOpenTakesNothingElse(t *testing.T) {
	for name, set := range map[string]func(string) error{
		"file":    func(name string) error { return os.WriteFile(name, nil, 0o666) },
		"link":    func(name string) error { return os.Symlink("/dev/ptmx", name) },
		"fifo":    func(name string) error { return unix.Mkfifo(name, 0o666) },
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
			ptmx := filepath.Join(directory, "dev/pts/ptmx")
			if err := set(ptmx); err == unix.EPERM {
				t.Skip("needs root")
			} else if err != nil {
				t.Fatal(err)
			}
			if name != "missing" {
				defer untouched(t, ptmx)()
			}
			if master, _, err := Open(handletest.Root(t, directory), nil); err == nil {
				master.Close()
				t.Error("accepted")
			}
		})
	}
}

// untouched wants that nobody opens a file until the end.
func untouched(t *testing.T, path string) (end func()) {
	t.Helper()
	wire, err := tripwire.At(path)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if touched, err := wire.Touched(); touched || err != nil {
			t.Errorf("it was opened (%v)", err)
		}
		wire.Close()
	}
}
