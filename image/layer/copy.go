// Package layer works with the writable layer of a container, the upper
// directory of an overlay: it copies it into a layer of an image and tells what
// has changed in it. The container may be running and is not trusted.
package layer

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"mydocker/internal/transfer"
)

// Copy copies the tree at source, the upper directory of an overlay, into
// destination, which must be an empty directory out of everybody else's
// reach, with the overlay's own marks: whiteouts, which are character devices
// 0:0, and opaque directories. It gives the size of the content in bytes.
func Copy(source, destination string) (size int64, err error) {
	from, err := open(source)
	if err != nil {
		return 0, err
	}
	defer from.Close()
	to, err := open(destination)
	if err != nil {
		return 0, err
	}
	defer to.Close()
	return transfer.Whole(from, to, transfer.Options{Keeps: keeps})
}

func open(path string) (*os.File, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("opening the layer %q: %w", path, err)
	}
	return os.NewFile(uintptr(fd), path), nil
}

// overlayPrefix starts the attributes by which an overlay keeps its books,
// Documentation/filesystems/overlayfs.rst.
const overlayPrefix = "trusted.overlay."

// keeps tells which attributes belong to the content. Of the overlay's own
// only the mark of an opaque directory does, and what an overlay inside the
// container wrote, which the outer one stores with its prefix doubled. The
// others name inodes of the layers below or count links.
func keeps(name string) (bool, error) {
	own, isOverlay := strings.CutPrefix(name, overlayPrefix)
	switch {
	case !isOverlay, own == "opaque":
		return true, nil
	case own == "metacopy", own == "redirect":
		return false, fmt.Errorf("the layer has %q: it was not written by an overlay that mydocker mounted", name)
	}
	return strings.HasPrefix(own, "overlay."), nil
}
