package overlay

import (
	"os"
	"path/filepath"
	"testing"
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
