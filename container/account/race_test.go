package account

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/internal/handle/handletest"
	"mydocker/internal/rival"
	"mydocker/internal/tripwire"
)

// A container exchanges its database, while somebody is looked up in it, for what
// nobody is to open. A device would be opened without regard to the container's
// cgroup; a FIFO stands for it here.
func TestDatabaseExchangedMeanwhile(t *testing.T) {
	const rounds = 5000
	root := image(t)
	name, trap := filepath.Join(root, "etc/passwd"), filepath.Join(root, "trap")
	if err := unix.Mkfifo(trap, 0o666); err != nil {
		t.Fatal(err)
	}
	wire, err := tripwire.At(trap)
	if err != nil {
		t.Fatal(err)
	}
	defer wire.Close()
	defer rival.Exchange(name, trap)()
	directory, found := handletest.Root(t, root), 0
	for range rounds {
		if who, err := Resolve(directory, "web", specs.User{}); err == nil && who.UID == 100 {
			found++
		}
	}
	if touched, err := wire.Touched(); touched || err != nil {
		t.Errorf("what was there in the meantime was opened (%v)", err)
	}
	if found == 0 || found == rounds {
		t.Errorf("the user was found %d times of %d: nothing was exchanged", found, rounds)
	}
}

// A container could have its database be the kernel's log.
func TestKernelFileIsNoDatabase(t *testing.T) {
	opened, err := openDatabase(handletest.Root(t, "/"), "proc/version")
	defer opened.Close()
	if err == nil || !strings.Contains(err.Error(), "one of the kernel's") {
		t.Errorf("got %v", err)
	}
}
