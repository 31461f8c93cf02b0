package archive

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"mydocker/internal/tree"
)

// FuzzUnpack unpacks anything and looks whether something outside changed.
func FuzzUnpack(f *testing.F) {
	for _, items := range [][]item{
		{file("a", "content"), directory("d"), file("d/b", "x"), symlink("l", "d"), hardLink("h", "a")},
		{symlink("l", "/"), file("l/secret", "x"), symlink("l", "../"), directory("l"), hardLink("x", "l")},
		{file("../secret", "x"), hardLink("h", "../secret")},
		{symlink("l", "../outside"), file("l/secret", "x")},
		{item{name: "f", kind: '6', mode: 0o7777}, file("f", "x"), directory("f")},
		{item{name: "./", kind: '5', mode: 0o1777, records: map[string]string{"SCHILY.xattr.user.a": "b"}}},
	} {
		for _, data := range compressed(f, build(f, items...)) {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		base := t.TempDir()
		root, out := filepath.Join(base, "root"), filepath.Join(base, "outside")
		for _, path := range []string{root, out} {
			if err := os.Mkdir(path, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(out, "secret"), []byte("secret"), 0o600); err != nil {
			t.Fatal(err)
		}
		before := fingerprint(t, out)
		_, _ = Unpack(bytes.NewReader(data), root)
		if after := fingerprint(t, out); after != before {
			t.Errorf("outside, there was\n%s\nand is\n%s", before, after)
		}
		if entries, err := os.ReadDir(base); err != nil || len(entries) != 2 {
			t.Errorf("something appeared beside the root: %v %v", entries, err)
		}
		// What was unpacked may have any mode, and any depth.
		_ = unix.Chmod(root, 0o700)
		if err := tree.Remove(root); err != nil && os.Geteuid() == 0 {
			t.Error(err)
		}
	})
}
