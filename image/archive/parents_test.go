package archive

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestBothWaysToOpenAgree opens paths with openat2 and, as on old kernels,
// without.
func TestBothWaysToOpenAgree(t *testing.T) {
	base := t.TempDir()
	root := filepath.Join(base, "root")
	if err := os.MkdirAll(filepath.Join(root, "usr/lib"), 0o755); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{
		"lib": "usr/lib", "absolute": "/usr", "up": "../../../usr", "dangling": "nowhere", "loop": "loop",
		"out": base, "magic": "/proc/self",
	} {
		if err := os.Symlink(target, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	top, err := unix.Open(root, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(top)
	tests := map[string]struct {
		leads string // where to, below root
		err   error
	}{
		"usr": {"usr", nil}, "usr/lib": {"usr/lib", nil}, "lib": {"usr/lib", nil},
		"absolute/lib": {"usr/lib", nil}, "up/lib": {"usr/lib", nil},
		"dangling": {"", unix.ENOENT}, "usr/none": {"", unix.ENOENT}, "out": {"", unix.ENOENT}, "magic": {"", unix.ENOENT},
		"loop": {"", unix.ELOOP}, "file": {"", unix.ENOTDIR}, "file/x": {"", unix.ENOTDIR},
	}
	for path, want := range tests {
		for way, open := range map[string]func(int, string) (int, error){"openat2": openInRoot, "stepwise": openStepwise} {
			fd, err := open(top, path)
			if !errors.Is(err, want.err) {
				t.Errorf("%q by %s: got %v, want %v", path, way, err, want.err)
			}
			if err == nil && !sameInode(fd, ".", top, want.leads) {
				t.Errorf("%q by %s does not lead to %q", path, way, want.leads)
			}
			if err == nil {
				unix.Close(fd)
			}
		}
	}
}
