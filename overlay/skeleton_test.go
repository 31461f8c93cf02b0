package overlay

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestSkeletonIsCompleted(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "a", "skeleton")
	for _, damage := range []string{"", "etc/resolv.conf", "etc", "."} {
		if damage != "" {
			if err := os.RemoveAll(filepath.Join(directory, damage)); err != nil {
				t.Fatal(err)
			}
		}
		if err := MakeSkeleton(directory); err != nil {
			t.Fatal(err)
		}
		for _, name := range append(skeletonDirectories[:], skeletonFiles[:]...) {
			if _, err := os.Lstat(filepath.Join(directory, name)); err != nil {
				t.Errorf("after the loss of %q: %v", damage, err)
			}
		}
	}
}

func TestUmaskIsNotTheSkeletons(t *testing.T) {
	defer unix.Umask(unix.Umask(0o077))
	directory := filepath.Join(t.TempDir(), "skeleton")
	if err := MakeSkeleton(directory); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{"": 0o755, "etc": 0o755, "etc/hosts": 0o644} {
		info, err := os.Stat(filepath.Join(directory, name))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%q: %v, %v; want %o", name, info.Mode(), err, want)
		}
	}
}
