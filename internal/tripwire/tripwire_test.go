package tripwire

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestOnlyOpeningTouches(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	wire, err := At(name)
	if err != nil {
		t.Fatal(err)
	}
	defer wire.Close()
	for _, step := range []struct {
		flags int
		want  bool
	}{{unix.O_PATH, false}, {unix.O_RDONLY, true}, {unix.O_PATH, false}} {
		fd, err := unix.Open(name, step.flags|unix.O_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		unix.Close(fd)
		if touched, err := wire.Touched(); touched != step.want || err != nil {
			t.Errorf("opened with %#x: touched %v, %v", step.flags, touched, err)
		}
	}
}
