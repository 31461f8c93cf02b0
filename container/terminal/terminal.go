// Package terminal makes pseudoterminals in a container's own devpts, so that
// the container knows them by name and the host's are never in it (pty(7)).
package terminal

import (
	"errors"
	"fmt"
	"os"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/internal/handle"
)

// Open makes a pseudoterminal. root is the container's root directory; size
// may be nil. The files are close-on-exec, and nobody's controlling terminal.
func Open(root handle.Root, size *specs.Box) (master, slave *os.File, err error) {
	fd, err := openMaster(root)
	if err != nil {
		return nil, nil, fmt.Errorf("making a terminal: %w", err)
	}
	if slave, err = openSlave(fd); err == nil && size != nil {
		err = resize(fd, size)
	}
	if err != nil {
		unix.Close(fd)
		return nil, nil, fmt.Errorf("making a terminal: %w", err)
	}
	master, err = Master(fd)
	return master, slave, err
}

// openMaster opens the multiplexer of the devpts that is mounted in the
// container, through no symbolic link.
func openMaster(root handle.Root) (int, error) {
	fd, err := root.Open("dev/pts/ptmx", unix.OpenHow{
		Flags:   unix.O_RDWR | unix.O_NOCTTY,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_SYMLINKS,
	}, Verify)
	if err != nil {
		return -1, fmt.Errorf("opening \"/dev/pts/ptmx\" of the container: %w; mount devpts on /dev/pts", err)
	}
	return fd, nil
}

// Verify makes sure that a descriptor is a pseudoterminal master and not
// something that a container put in its place: character device 5:2 on devpts.
func Verify(fd int) error {
	var about unix.Stat_t
	var filesystem unix.Statfs_t
	if err := errors.Join(unix.Fstat(fd, &about), unix.Fstatfs(fd, &filesystem)); err != nil {
		return err
	}
	if about.Mode&unix.S_IFMT != unix.S_IFCHR || about.Rdev != unix.Mkdev(5, 2) || filesystem.Type != unix.DEVPTS_SUPER_MAGIC {
		return errors.New("it is not the pseudoterminal multiplexer")
	}
	return nil
}

// Master makes a file of a master's descriptor whose reads end when it is
// closed.
func Master(fd int) (*os.File, error) {
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("taking over a terminal: %w", err)
	}
	return os.NewFile(uintptr(fd), "console"), nil
}

func openSlave(master int) (*os.File, error) {
	if err := unix.IoctlSetPointerInt(master, unix.TIOCSPTLCK, 0); err != nil {
		return nil, fmt.Errorf("unlocking: %w", err)
	}
	return openPeer(master)
}

// Peer opens the other side of an unlocked master.
func Peer(master *os.File) (slave *os.File, err error) {
	raw, err := master.SyscallConn()
	if err != nil {
		return nil, err
	}
	control := raw.Control(func(fd uintptr) { slave, err = openPeer(int(fd)) })
	return slave, errors.Join(control, err)
}

// openPeer opens the other side by the master and not by a path (ioctl_tty(2),
// TIOCGPTPEER).
func openPeer(master int) (*os.File, error) {
	const flags = unix.O_RDWR | unix.O_NOCTTY | unix.O_CLOEXEC
	fd, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(master), unix.TIOCGPTPEER, flags)
	if errno != 0 {
		return nil, fmt.Errorf("opening the other side: %w", errno)
	}
	return os.NewFile(fd, "pts"), nil
}

// Resize sets the window size in characters.
func Resize(master *os.File, size *specs.Box) error {
	raw, err := master.SyscallConn()
	if err != nil {
		return err
	}
	control := raw.Control(func(fd uintptr) { err = resize(int(fd), size) })
	return errors.Join(control, err)
}

func resize(fd int, size *specs.Box) error {
	return unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{
		Row: uint16(size.Height), Col: uint16(size.Width),
	})
}
