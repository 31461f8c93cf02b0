package instance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestALabelHoldsTheMark(t *testing.T) {
	mark := Of("/run/mydocker")
	if mark.Label() != "mydocker:/run/mydocker" {
		t.Errorf("label %q", mark.Label())
	}
	if read, ours := Read(mark.Label()); read != mark || !ours {
		t.Errorf("read back %q, %t", read, ours)
	}
	for _, foreign := range []string{"", "uplink", "/run/mydocker", "docker:/run"} {
		if _, ours := Read(foreign); ours {
			t.Errorf("%q is taken for ours", foreign)
		}
	}
}

func TestALabelFitsOnALink(t *testing.T) {
	long := "/" + strings.Repeat("long/", 100) + "run"
	mark := Of(long)
	if len(mark.Label()) != 255 || !strings.HasSuffix(mark.Label(), "/run") {
		t.Errorf("%d bytes: %q", len(mark.Label()), mark.Label())
	}
	if mark.Gone() {
		t.Error("an instance of which only a part of the path is known counts as gone")
	}
}

func TestTwoNamesOfOneDirectoryAreOneInstance(t *testing.T) {
	directory := t.TempDir()
	run, link, other := filepath.Join(directory, "run"), filepath.Join(directory, "link"), filepath.Join(directory, "other")
	for _, err := range []error{os.Mkdir(run, 0o700), os.Mkdir(other, 0o700), os.Symlink(run, link)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if !Of(run).Same(Of(link)) || !Of(link).Same(Of(run)) {
		t.Error("a link to the directory counts as another instance")
	}
	if Of(run).Same(Of(other)) || Of(run).Same("") || Mark("").Same(Of(run)) {
		t.Error("another directory counts as the same instance")
	}
	if Of(run).Gone() || !Of(run+"/nothing").Gone() || Mark("").Gone() {
		t.Error("it is not the directory that decides whether an instance is gone")
	}
}
