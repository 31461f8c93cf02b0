package rootfs

import (
	"errors"
	"fmt"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"mydocker/internal/openat2"
)

// open opens a path of the container. The kernel keeps the look-up inside the
// root, whatever symbolic links lie on the way and whoever moves them
// meanwhile (openat2(2), RESOLVE_IN_ROOT). Of the system's own directories no
// part may be a symbolic link at all.
func (r *Root) open(name string, flags uint64) (*os.File, error) {
	how := unix.OpenHow{
		Flags:   flags | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS,
	}
	if isSystem(name) {
		how.Resolve |= unix.RESOLVE_NO_SYMLINKS
	}
	fd, err := openat2.Open(int(r.tree.Fd()), path.Clean("/"+name), &how)
	switch {
	case err == nil:
		return os.NewFile(uintptr(fd), name), nil
	case err == unix.EAGAIN || err == unix.EINTR:
		return nil, fmt.Errorf("looking up %q: somebody keeps moving it", name)
	case err == unix.ELOOP && isSystem(name):
		return nil, fmt.Errorf("%q of the image leads through a symbolic link: refused", name)
	}
	return nil, err
}

// isProc tells whether a path is /proc or below it.
func isProc(name string) bool {
	return strings.HasPrefix(path.Clean("/"+name)+"/", "/proc/")
}

// isSystem tells whether a path is /proc, /sys or /dev, or below one of them.
func isSystem(name string) bool {
	clean := path.Clean("/"+name) + "/"
	return strings.HasPrefix(clean, "/proc/") ||
		strings.HasPrefix(clean, "/sys/") ||
		strings.HasPrefix(clean, "/dev/")
}

// directory opens a directory of the container, and makes what is missing of
// it, owned by root, mode 0755.
func (r *Root) directory(name string) (*os.File, error) {
	name = path.Clean("/" + name)
	found, err := r.open(name, unix.O_PATH|unix.O_DIRECTORY)
	if !errors.Is(err, unix.ENOENT) || name == "/" {
		return found, err
	}
	if name, err = r.followed(name); err != nil {
		return nil, err
	}
	parent, err := r.directory(path.Dir(name))
	if err != nil {
		return nil, err
	}
	defer parent.Close()
	err = unix.Mkdirat(int(parent.Fd()), path.Base(name), 0o755)
	if err != nil && err != unix.EEXIST {
		return nil, fmt.Errorf("making directory %q: %w", name, err)
	}
	return openChild(parent, path.Base(name), unix.O_PATH|unix.O_DIRECTORY)
}

// file opens a file of the container, of any type but directory, and makes an
// empty one where there is none.
func (r *Root) file(name string) (*os.File, error) {
	name = path.Clean("/" + name)
	found, err := r.open(name, unix.O_PATH)
	if !errors.Is(err, unix.ENOENT) {
		return found, err
	}
	if name, err = r.followed(name); err != nil {
		return nil, err
	}
	parent, err := r.directory(path.Dir(name))
	if err != nil {
		return nil, err
	}
	defer parent.Close()
	made, err := openChild(parent, path.Base(name), unix.O_CREAT|unix.O_EXCL|unix.O_WRONLY)
	if err != nil {
		return nil, fmt.Errorf("making file %q: %w", name, err)
	}
	return made, nil
}

// openChild opens a name in a directory, and follows no symbolic link. One
// that leads nowhere is the usual cause of an error here.
func openChild(parent *os.File, name string, flags int) (*os.File, error) {
	fd, err := unix.Openat(int(parent.Fd()), name, flags|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o644)
	if err == unix.ELOOP || err == unix.ENOTDIR || err == unix.EEXIST {
		return nil, fmt.Errorf("%q in the image is not what it is needed for (%w), such as a symbolic link that leads nowhere", name, err)
	}
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}
