package container

import (
	"errors"
	"fmt"
	"os"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/container/rootfs"
)

// View is the root directory of a container, seen from outside. Paths in it are
// to be resolved by openat2(2) with RESOLVE_IN_ROOT and RESOLVE_NO_MAGICLINKS;
// nothing of the container is ever executed or loaded.
//
// A thread of this process stays in the container's mount namespace until the
// view is closed, and keeps what is mounted there.
type View struct {
	// Root is the container's root directory with all that is mounted in it,
	// opened by O_PATH.
	Root *os.File

	own      bool // mounted for this view
	requests chan func()
}

// Look opens the root of a running container: the one of its mount namespace,
// wherever its programs have changed theirs to. root is who the container's root
// is on the host; what is made in the container belongs to it at first, because
// the file systems of one with IDs of its own know no others.
func Look(target Target, root specs.User) (*View, error) {
	return view(func() (*os.File, error) {
		home, err := standing()
		if err != nil {
			return nil, err
		}
		defer closeAll(home[:])
		pidfd, err := enterSome(target, unix.CLONE_NEWNS)
		if err != nil {
			return nil, err
		}
		defer pidfd.Close()
		top, err := os.OpenFile("/", unix.O_PATH|unix.O_DIRECTORY, 0)
		if err != nil {
			return nil, err
		}
		return top, errors.Join(goBack(home), rootfs.ActAs(root.UID, root.GID))
	})
}

// standing opens the thread's root and its working directory.
func standing() (places [2]*os.File, err error) {
	for i, name := range []string{"/", "."} {
		if places[i], err = os.OpenFile(name, unix.O_PATH|unix.O_DIRECTORY, 0); err != nil {
			closeAll(places[:i])
			return places, err
		}
	}
	return places, nil
}

// goBack gives the thread its root and working directory again, now in the
// container's mount namespace, so that the paths that it uses are the host's.
func goBack(places [2]*os.File) error {
	if err := unix.Fchdir(int(places[0].Fd())); err != nil {
		return err
	}
	if err := unix.Chroot("."); err != nil {
		return err
	}
	return unix.Fchdir(int(places[1].Fd()))
}

// LookAtStopped mounts the root of a container that does not run, with its bind
// mounts, where nobody else sees it. Only one view of a container may be open at
// a time, and none when it starts.
func LookAtStopped(cfg Config) (*View, error) {
	v, err := view(func() (*os.File, error) {
		if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
			return nil, fmt.Errorf("making a mount namespace: %w", err)
		}
		root, err := rootfs.View(cfg.Spec, cfg.Rootfs)
		if err != nil {
			return nil, err
		}
		return root.Directory(), nil
	})
	if err == nil {
		v.own = true
	}
	return v, err
}

// view starts the thread that enters a mount namespace and stays there.
func view(enter func() (*os.File, error)) (*View, error) {
	v := &View{requests: make(chan func())}
	entered := make(chan error)
	onOwnThread(func() {
		var err error
		v.Root, err = enter()
		entered <- err
		for request := range v.requests {
			request()
		}
	})
	if err := <-entered; err != nil {
		close(v.requests)
		return nil, err
	}
	return v, nil
}

// Layers opens the root's own file system, the image's layers with the
// container's own on top, without what is mounted in it.
func (v *View) Layers() (alone *os.File, err error) {
	v.Inside(func() { alone, err = rootfs.Alone(v.Root) })
	if err != nil {
		return nil, fmt.Errorf("opening the container's own files: %w", err)
	}
	return alone, nil
}

// Inside does something on the thread that is in the container's mount
// namespace, whose own root is the host's. Who writes into the container does so
// there: elsewhere the kernel would let a mount point of the container be
// removed, and what is mounted on it vanish.
func (v *View) Inside(do func()) {
	done := make(chan struct{})
	v.requests <- func() {
		defer close(done)
		do()
	}
	<-done
}

// Close lets go of the container. What was mounted for the view is unmounted
// when Close returns, unless somebody has a file in it open.
func (v *View) Close() (err error) {
	v.Inside(func() {
		if v.own {
			err = rootfs.Detach(v.Root)
		}
		err = errors.Join(err, v.Root.Close())
	})
	close(v.requests)
	return err
}
