package archive

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/cyphar/filepath-securejoin/pathrs-lite"
	"golang.org/x/sys/unix"

	"mydocker/internal/openat2"
)

// parents opens the directories that entries lie in. Archives list one
// directory after another, so that remembering the last one spares most
// look-ups.
type parents struct {
	root int
	path string // of the last directory; "" for none
	fd   int    // of the last directory; -1 for none
}

func newParents(root int) parents { return parents{root: root, fd: -1} }

func (p *parents) forget() {
	if p.fd >= 0 {
		unix.Close(p.fd)
	}
	p.path, p.fd = "", -1
}

// expire makes the next call look its path up afresh, since something is
// about to be removed and paths may lead elsewhere. The last descriptor stays
// good until then.
func (p *parents) expire() { p.path = "" }

// open gives a descriptor for the directory path, which stays the property of
// parents and is good until the next call. The directory is made when it is
// missing: archives may leave directories out.
func (p *parents) open(path string) (int, error) {
	if path == "" {
		p.forget()
		return p.root, nil
	}
	if p.path == path {
		return p.fd, nil
	}
	fd, err := openInRoot(p.root, path)
	if errors.Is(err, unix.ENOENT) {
		fd, err = makeInRoot(p.root, path)
	}
	if err != nil {
		return -1, fmt.Errorf("opening the directory %q: %w", shorten(path), err)
	}
	p.forget()
	p.path, p.fd = path, fd
	return fd, nil
}

// openInRoot opens a directory as a process would whose root directory is
// root. Where the kernel has no openat2 (before 5.6), pathrs walks there step
// by step; it is not used otherwise since it takes 14 times as long.
func openInRoot(root int, path string) (int, error) {
	fd, err := openat2.Open(root, path, &unix.OpenHow{
		Flags:   unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS,
	})
	if !errors.Is(err, unix.ENOSYS) && !errors.Is(err, unix.EPERM) {
		return fd, err
	}
	return openStepwise(root, path)
}

// makeInRoot makes the directories of path that are missing, for root and
// with mode 0755 whatever the umask is.
func makeInRoot(root int, path string) (int, error) {
	fd, missing, err := openDeepest(root, path)
	for part := range strings.SplitSeq(missing, "/") {
		if err != nil {
			return -1, err
		}
		above := fd
		fd, err = makeAndOpen(above, part)
		unix.Close(above)
	}
	return fd, err
}

// openDeepest opens the last directory on a path that exists, and gives the
// rest of the path, which is not empty.
func openDeepest(root int, path string) (fd int, missing string, err error) {
	for end := strings.LastIndexByte(path, '/'); end > 0; end = strings.LastIndexByte(path[:end], '/') {
		fd, err := openInRoot(root, path[:end])
		if !errors.Is(err, unix.ENOENT) {
			return fd, path[end+1:], err
		}
	}
	fd, err = unix.FcntlInt(uintptr(root), unix.F_DUPFD_CLOEXEC, 0)
	return fd, path, err
}

func makeAndOpen(parent int, name string) (int, error) {
	if err := unix.Mkdirat(parent, name, 0o755); err != nil {
		return -1, err
	}
	if err := unix.Fchmodat(parent, name, 0o755, 0); err != nil {
		return -1, err
	}
	return unix.Openat(parent, name, unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
}

// openStepwise is openInRoot without openat2.
func openStepwise(root int, path string) (int, error) {
	copied, err := unix.FcntlInt(uintptr(root), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	top := os.NewFile(uintptr(copied), "rootfs")
	defer top.Close()
	found, err := pathrs.OpenatInRoot(top, path)
	if err != nil {
		return -1, err
	}
	defer found.Close()
	if info, err := found.Stat(); err != nil || !info.IsDir() {
		return -1, unix.ENOTDIR
	}
	return unix.FcntlInt(found.Fd(), unix.F_DUPFD_CLOEXEC, 0)
}
