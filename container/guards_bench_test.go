package container

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/cyphar/filepath-securejoin/pathrs-lite"
	"golang.org/x/sys/unix"
)

// BenchmarkGuards measures what a start pays for ways that nobody can redirect,
// beside the ways that somebody could: per look-up, mount and executable.
func BenchmarkGuards(b *testing.B) {
	root, name := b.TempDir(), "usr/share/somewhere/deep"
	if err := os.MkdirAll(filepath.Join(root, name), 0o755); err != nil {
		b.Fatal(err)
	}
	top, err := os.Open(root)
	if err != nil {
		b.Fatal(err)
	}
	defer top.Close()
	lookUps(b, top, name)
	b.Run("close_range", func(b *testing.B) {
		for b.Loop() {
			unix.CloseRange(1<<20, 1<<21, 0)
		}
	})
	if os.Geteuid() == 0 {
		mounting(b, root)
	}
}

func lookUps(b *testing.B, top *os.File, name string) {
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			fd, err := unix.Openat(int(top.Fd()), name, unix.O_PATH|unix.O_CLOEXEC, 0)
			closeOpened(b, fd, err)
		}
	})
	b.Run("openat2 in root", func(b *testing.B) {
		how := unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_MAGICLINKS}
		for b.Loop() {
			fd, err := unix.Openat2(int(top.Fd()), name, &how)
			closeOpened(b, fd, err)
		}
	})
	b.Run("pathrs-lite", func(b *testing.B) {
		for b.Loop() {
			file, err := pathrs.OpenatInRoot(top, name)
			if err != nil {
				b.Fatal(err)
			}
			file.Close()
		}
	})
	b.Run("os.Root", func(b *testing.B) {
		guarded, err := os.OpenRoot(top.Name())
		if err != nil {
			b.Fatal(err)
		}
		defer guarded.Close()
		for b.Loop() {
			file, err := guarded.Open(name)
			if err != nil {
				b.Fatal(err)
			}
			file.Close()
		}
	})
}

func closeOpened(b *testing.B, fd int, err error) {
	if err != nil {
		b.Fatal(err)
	}
	unix.Close(fd)
}

func mounting(b *testing.B, place string) {
	source := b.TempDir()
	b.Run("own executable sealed", func(b *testing.B) {
		for b.Loop() {
			file, err := ownExecutable()
			if err != nil {
				b.Fatal(err)
			}
			file.Close()
		}
	})
	b.Run("mount by path", func(b *testing.B) {
		apart(b)
		for b.Loop() {
			closeMounted(b, place, unix.Mount(source, place, "", unix.MS_BIND, ""))
		}
	})
	b.Run("mount by descriptor", func(b *testing.B) {
		apart(b)
		for b.Loop() {
			tree, err := unix.OpenTree(unix.AT_FDCWD, source, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
			if err != nil {
				b.Fatal(err)
			}
			closeMounted(b, place, unix.MoveMount(tree, "", unix.AT_FDCWD, place, unix.MOVE_MOUNT_F_EMPTY_PATH))
			unix.Close(tree)
		}
	})
}

// apart gives a benchmark a mount namespace that ends with its thread.
func apart(b *testing.B) {
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		b.Fatal(err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		b.Fatal(err)
	}
}

func closeMounted(b *testing.B, place string, err error) {
	if err != nil {
		b.Fatal(err)
	}
	unix.Unmount(place, unix.MNT_DETACH)
}
