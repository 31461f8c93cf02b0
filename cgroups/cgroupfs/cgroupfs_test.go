package cgroupfs

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"mydocker/cgroups"
)

func TestReadLongFile(t *testing.T) {
	directory := t.TempDir()
	long := strings.Repeat("1234567\n", 4096)
	if err := os.WriteFile(directory+"/cgroup.procs", []byte(long), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err := Read(directory, "cgroup.procs"); err != nil || text+"\n" != long {
		t.Errorf("%d bytes are read of %d, error %v", len(text), len(long), err)
	}
	pids, err := Directory{Base: directory, Path: "."}.Processes()
	if err != nil || len(pids) != 1 || pids[0] != 1234567 {
		t.Errorf("%v, %v", pids, err)
	}
}

func TestReadNumbers(t *testing.T) {
	directory := t.TempDir()
	for name, content := range map[string]string{
		"number": "42\n", "max": "max\n", "garbage": "4x\n", "events": "oom 1\noom_kill 7\nbad x\n",
	} {
		if err := os.WriteFile(directory+"/"+name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]uint64{"number": 42, "max": 0} {
		if got, err := ReadNumber(directory, name); err != nil || got != want {
			t.Errorf("%s is %d, %v", name, got, err)
		}
	}
	for key, want := range map[string]uint64{"oom": 1, "oom_kill": 7, "absent": 0} {
		if got, err := ReadField(directory, "events", key); err != nil || got != want {
			t.Errorf("%s is %d, %v", key, got, err)
		}
	}
	if _, err := ReadNumber(directory, "garbage"); err == nil || !strings.Contains(err.Error(), directory+"/garbage") {
		t.Errorf("garbage: %v", err)
	}
	if _, err := ReadField(directory, "events", "bad"); err == nil {
		t.Error("a field that is no number is taken")
	}
	if _, err := ReadNumber(directory, "missing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
}

func TestErrorsNameFileAndValue(t *testing.T) {
	directory := Directory{Base: t.TempDir(), Path: "a"}
	if err := directory.Make(); err != nil {
		t.Fatal(err)
	}
	err := directory.Apply([]cgroups.Setting{{File: "pids.max", Value: "64"}})
	if err == nil || !strings.Contains(err.Error(), directory.Location()+"/pids.max") || !strings.Contains(err.Error(), `"64"`) {
		t.Errorf("%v", err)
	}
}

func TestMakeBelowMissingMountFails(t *testing.T) {
	err := Directory{Base: t.TempDir() + "/unmounted", Path: "mydocker/1"}.Make()
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func TestAncestors(t *testing.T) {
	got := strings.Join(Directory{Base: "/m", Path: "a/b/c"}.Ancestors(), " ")
	if got != "/m/a /m/a/b" {
		t.Errorf("%s", got)
	}
}
