package handle

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"mydocker/internal/openat2"
)

// Root is the root directory of a container, for a thread that opens what lies in
// there by name. No cgroup of devices confines the thread, so that it could open any
// device of the host's that the container puts under that name.
type Root struct {
	*os.File

	// Proc is the host's procfs. The thread may have left the host's root, and the
	// container's procfs could be anything.
	Proc *os.File
}

// Open opens a file that check accepts, without touching anything else: check gets
// it by O_PATH, and what was checked is opened, whatever has its name by now. Opening
// a device or a FIFO can wait for somebody, or start something.
func (r Root) Open(name string, how unix.OpenHow, check func(fd int) error) (fd int, err error) {
	looked, err := openat2.Open(int(r.Fd()), name, &unix.OpenHow{
		Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: how.Resolve,
	})
	if err != nil {
		return -1, err
	}
	defer unix.Close(looked)
	if err := check(looked); err != nil {
		return -1, err
	}
	return openat2.Open(int(r.Proc.Fd()), "self/fd/"+strconv.Itoa(looked), &unix.OpenHow{Flags: how.Flags | unix.O_CLOEXEC})
}
