package rootfs

import (
	"fmt"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"mydocker/internal/handle"
	"mydocker/internal/openat2"
)

// mostLinks is how many symbolic links the kernel follows in one path
// (path_resolution(7)).
const mostLinks = 40

// followed gives the path that a path of the container means when all symbolic links
// in it are followed, also those that lead to what is not there: images have
// /etc/resolv.conf as a link into /run, which is empty. Like any path it is
// looked up inside the root.
func (r *Root) followed(name string) (string, error) {
	reached, rest := "/", strings.Split(name, "/")
	for links := 0; len(rest) > 0; {
		next := path.Join(reached, rest[0]) // also of ".."
		rest = rest[1:]
		link, err := r.readLink(next)
		if err != nil {
			return "", err
		}
		if link == "" {
			reached = next
			continue
		}
		if links++; links > mostLinks {
			return "", fmt.Errorf("looking up %q: too many symbolic links", name)
		}
		if path.IsAbs(link) {
			reached = "/"
		}
		rest = append(strings.Split(link, "/"), rest...)
	}
	return reached, nil
}

// readLink gives "" for what is no symbolic link of the image: one in a volume, which
// others may exchange at this moment, is not followed to where nothing is.
func (r *Root) readLink(name string) (string, error) {
	fd, err := openat2.Open(int(r.tree.Fd()), name, &unix.OpenHow{
		Flags:   unix.O_PATH | unix.O_NOFOLLOW | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_XDEV,
	})
	if err != nil {
		return "", nil // whoever makes what is missing will say why it cannot be
	}
	link := os.NewFile(uintptr(fd), name)
	defer link.Close()
	target, err := handle.Target(link)
	if err == unix.ENOENT || err == unix.EINVAL {
		return "", nil
	}
	return target, err
}
