package container

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"mydocker/internal/handle/handletest"
	"mydocker/internal/rival"
	"mydocker/internal/tripwire"
)

// A container exchanges its null device, while that is opened for a program, for what
// nobody is to open. A device would be opened without regard to the container's
// cgroup; a FIFO stands for it here.
func TestNullDeviceExchangedMeanwhile(t *testing.T) {
	needRoot(t)
	const rounds = 10_000
	top := t.TempDir()
	null, trap := filepath.Join(top, "dev/null"), filepath.Join(top, "trap")
	if err := os.Mkdir(filepath.Join(top, "dev"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mknod(null, unix.S_IFCHR|0o666, int(unix.Mkdev(1, 3))); err != nil {
		t.Skipf("needs mknod: %v", err)
	}
	if err := unix.Mkfifo(trap, 0o666); err != nil {
		t.Fatal(err)
	}
	wire, err := tripwire.At(trap)
	if err != nil {
		t.Fatal(err)
	}
	defer wire.Close()
	defer rival.Exchange(null, trap)()
	root, found := handletest.Root(t, top), 0
	for range rounds {
		if opened := openNull(root, nil); opened != nil {
			found++
			opened.Close()
		}
	}
	if touched, err := wire.Touched(); touched || err != nil {
		t.Errorf("what was there in the meantime was opened (%v)", err)
	}
	if found == 0 || found == rounds {
		t.Errorf("the device was found %d times of %d: nothing was exchanged", found, rounds)
	}
}
