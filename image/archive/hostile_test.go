package archive

import (
	"archive/tar"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// outside makes a directory with things worth attacking.
func outside(t *testing.T) string {
	t.Helper()
	top := t.TempDir()
	for name, mode := range map[string]os.FileMode{"secret": 0o600, "program": 0o4755, "below/file": 0o644} {
		path := filepath.Join(top, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("content of "+name), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode|mode&0o4000<<12); err != nil {
			t.Fatal(err)
		}
	}
	return top
}

// TestNothingOutsideIsTouched unpacks archives that try to get out. OUT stands
// for a directory outside, UP for a relative way there.
func TestNothingOutsideIsTouched(t *testing.T) {
	const refused = true
	tests := []struct {
		name    string
		refused bool
		items   []item
	}{
		{"name with dots", refused, []item{file("UP/secret", "x")}},
		{"name with dots inside", refused, []item{directory("a"), file("a/../../UP/new", "x")}},
		{"directory with dots", refused, []item{directory("UP")}},
		{"absolute name", !refused, []item{file("OUT/secret", "x"), file("OUT/new", "x")}},
		{"the top as a link", refused, []item{symlink("./", "OUT")}},
		{"the top as a file", refused, []item{file(".", "x")}},

		{"write through a link to a directory", refused, []item{symlink("l", "OUT"), file("l/secret", "x")}},
		{"write through a relative link", refused, []item{symlink("l", "UP"), file("l/secret", "x")}},
		{"write through a link to a file", !refused, []item{symlink("l", "OUT/secret"), file("l", "x")}},
		{"write through a chain of links", refused,
			[]item{symlink("a", "b"), symlink("b", "OUT"), file("a/secret", "x")}},
		{"write through a link to the root", !refused, []item{symlink("l", "/"), file("l/secret", "x")}},
		{"write through a link to /proc", !refused,
			[]item{directory("proc"), directory("proc/self"), symlink("l", "/proc/self"), file("l/environ", "x")}},
		{"directory over a link", !refused, []item{symlink("l", "OUT"), directory("l"), file("l/secret", "x")}},
		{"link in the place of a directory", refused,
			[]item{directory("d"), file("d/a", "x"), symlink("d", "OUT"), file("d/secret", "x")}},
		{"loop of links", refused, []item{symlink("a", "b"), symlink("b", "a"), file("a/secret", "x")}},

		{"hard link to an absolute name", refused, []item{hardLink("h", "OUT/secret"), file("h", "x")}},
		{"hard link with dots", refused, []item{hardLink("h", "UP/secret")}},
		{"hard link through a link", refused, []item{symlink("l", "OUT"), hardLink("h", "l/secret")}},
		{"hard link to a link", !refused, []item{symlink("l", "OUT/secret"), hardLink("h", "l"), file("h", "x")}},
		{"hard link to the top", refused, []item{hardLink("h", "/")}},
		{"hard link to a directory", refused, []item{directory("d"), hardLink("h", "d")}},
		{"hard link placed through a link", refused, []item{file("f", "x"), symlink("l", "OUT"), hardLink("l/new", "f")}},

		{"link placed through a link", refused, []item{symlink("l", "OUT"), symlink("l/new", "x")}},
		{"directory placed through a link", refused, []item{symlink("l", "OUT"), directory("l/new/deep")}},
		{"mode through a link", !refused,
			[]item{symlink("l", "OUT/secret"), {name: "l", kind: tar.TypeReg, mode: 0o6777}}},
		{"mode of a directory through a link", !refused,
			[]item{symlink("l", "OUT"), {name: "l", kind: tar.TypeDir, mode: 0o6777}}},
		{"set-uid over a hard link to a link", !refused,
			[]item{symlink("l", "OUT/program"), hardLink("h", "l"), {name: "h", kind: tar.TypeReg, mode: 0o4777, content: "x"}}},
		{"FIFO over a link", !refused, []item{symlink("l", "OUT/secret"), {name: "l", kind: tar.TypeFifo, mode: 0o666}}},
		{"removal through a link", refused,
			[]item{symlink("l", "OUT"), directory("d"), symlink("d/l", "OUT"), file("d", "x"), file("l/below", "x")}},
		{"whiteout through a link", refused, []item{symlink("l", "OUT"), file("l/.wh.secret", ""), file("l/.wh..wh..opq", "")}},
		{"whiteout by an absolute name", !refused, []item{file("OUT/.wh.secret", "")}},
		{"whiteouts", !refused, []item{file(".wh.secret", ""), file(".wh..wh..opq", ""), file("l/.wh.x", "")}},
		{"no name", refused, []item{{name: "", kind: tar.TypeReg}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { unpackBeside(t, test.items, test.refused) })
	}
}

// unpackBeside unpacks items and shows that nothing outside of the root changed.
func unpackBeside(t *testing.T, hostile []item, refused bool) {
	out, base := outside(t), t.TempDir()
	root := filepath.Join(base, "root")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	up, err := filepath.Rel(root, out)
	if err != nil {
		t.Fatal(err)
	}
	expand := strings.NewReplacer("OUT", out, "UP", up)
	items := make([]item, len(hostile))
	for i, it := range hostile {
		it.name, it.link = expand.Replace(it.name), expand.Replace(it.link)
		items[i] = it
	}
	before := fingerprint(t, out)
	_, err = Unpack(bytes.NewReader(build(t, items...)), root)
	if after := fingerprint(t, out); after != before {
		t.Errorf("outside, there was\n%s\nand is\n%s", before, after)
	}
	if (err != nil) != refused {
		t.Errorf("got error %v, want one: %v", err, refused)
	}
	if entries, err := os.ReadDir(base); err != nil || len(entries) != 1 {
		t.Errorf("something appeared beside the root: %v %v", entries, err)
	}
}
