package flags

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	specs "github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// refused checks that err names the value and is not a bare library error.
func refused(t *testing.T, err error, value string) {
	t.Helper()
	if err == nil {
		t.Errorf("%q was accepted", value)
	} else if !strings.Contains(err.Error(), value) {
		t.Errorf("error %q does not name %q", err, value)
	}
}

func TestVolume(t *testing.T) {
	for text, want := range map[string]specs.Mount{
		"/a:/b":            {Type: "bind", Source: "/a", Destination: "/b", Options: []string{"rbind", "rprivate"}},
		"/a:/b:ro":         {Type: "bind", Source: "/a", Destination: "/b", Options: []string{"rbind", "ro", "rprivate"}},
		"/a/../c:/b/:rw":   {Type: "bind", Source: "/c", Destination: "/b", Options: []string{"rbind", "rw", "rprivate"}},
		"/a:/b:noidmap":    {Type: "bind", Source: "/a", Destination: "/b", Options: []string{"rbind", "noidmap", "rprivate"}},
		"/a:/b:ro,rshared": {Type: "bind", Source: "/a", Destination: "/b", Options: []string{"rbind", "ro", "rshared"}},
	} {
		if got, err := Volume(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "/a", "a:/b", "/a:b", "/a:/", "/a:/x/..", "/a:/b:rx", "/a:/b:ro,rw", "/a:/b:idmap,noidmap", "/a:/b:ro:rw", ":/b", "/a:"} {
		_, err := Volume(text)
		refused(t, err, text)
	}
}

func TestTmpfs(t *testing.T) {
	got, err := Tmpfs("/run:size=64m,exec")
	want := specs.Mount{Type: "tmpfs", Source: "tmpfs", Destination: "/run", Options: []string{"nosuid", "nodev", "size=64m", "exec"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, text := range []string{"", "run", "/", "/run:size", "/run:lowerdir=/etc", "/run:ro=1"} {
		_, err := Tmpfs(text)
		refused(t, err, text)
	}
}

func TestTwoMountsOnOnePlace(t *testing.T) {
	mounts := []specs.Mount{{Destination: "/a"}, {Destination: "/b"}, {Destination: "/a"}}
	refused(t, CheckTargets(mounts), "/a")
	if err := CheckTargets(mounts[:2]); err != nil {
		t.Error(err)
	}
}

func TestLimits(t *testing.T) {
	resources, err := Limits{Memory: "100m", CPUs: "1.5", CPUSet: "0-1", PIDs: "64"}.Resources()
	if err != nil {
		t.Fatal(err)
	}
	if *resources.Memory.Limit != 100<<20 || *resources.CPU.Quota != 150_000 || *resources.CPU.Period != 100_000 ||
		resources.CPU.Cpus != "0-1" || *resources.Pids.Limit != 64 {
		t.Errorf("got %+v %+v %+v", resources.Memory, resources.CPU, resources.Pids)
	}
	if resources, err := (Limits{CPUPercent: "20"}).Resources(); err != nil || *resources.CPU.Quota != 20_000 {
		t.Errorf("20 percent: got %+v, %v", resources.CPU, err)
	}
	for _, any := range []string{"0", "-1"} {
		if resources, err := (Limits{PIDs: any}).Resources(); err != nil || *resources.Pids.Limit != -1 {
			t.Errorf("pids limit %s: got %+v, %v", any, resources.Pids, err)
		}
	}
	if resources, err := (Limits{}).Resources(); err != nil || resources.Memory != nil || resources.CPU != nil || resources.Pids != nil {
		t.Errorf("no limits: got %+v, %v", resources, err)
	}
	for _, bad := range []struct {
		limits Limits
		value  string
	}{
		{Limits{Memory: "10q"}, "10q"}, {Limits{Memory: "-1"}, "-1"}, {Limits{Memory: "0"}, "0"},
		{Limits{MemorySwap: "1g"}, "-m"}, {Limits{Memory: "2g", MemorySwap: "1g"}, "1g"},
		{Limits{CPUs: "two"}, "two"}, {Limits{CPUs: "-1"}, "-1"}, {Limits{CPUs: "NaN"}, "NaN"}, {Limits{CPUs: "0"}, "0"}, {Limits{CPUs: "1e300"}, "1e300"}, {Limits{CPUPercent: "1e17"}, "1e17"},
		{Limits{CPUPercent: "20%"}, "20%"}, {Limits{CPUs: "1", CPUPercent: "2"}, "--cpus"},
		{Limits{CPUShares: "1"}, "1"}, {Limits{PIDs: "-2"}, "-2"}, {Limits{PIDs: "many"}, "many"},
	} {
		_, err := bad.limits.Resources()
		refused(t, err, bad.value)
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("MINE", "here")
	got, err := Environment([]string{"A=1", "B=", "C=x=y", "MINE", "NOT_SET_ANYWHERE"})
	if want := []string{"A=1", "B=", "C=x=y", "MINE=here"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, %v", got, err)
	}
	for _, text := range []string{"", "=x", "A B=1", "A\x00=1"} {
		if _, err := Environment([]string{text}); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

func TestEnvironmentFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "env")
	os.WriteFile(file, []byte("# comment\n\nA=1\n  B=two words\n=broken\n"), 0o600)
	_, err := EnvironmentFile(file)
	refused(t, err, "line 5")
	os.WriteFile(file, []byte("# comment\n\nA=1\n  B=two words\n"), 0o600)
	if got, err := EnvironmentFile(file); err != nil || !reflect.DeepEqual(got, []string{"A=1", "B=two words"}) {
		t.Errorf("got %q, %v", got, err)
	}
	_, err = EnvironmentFile(file + ".missing")
	refused(t, err, file+".missing")
}

func TestWords(t *testing.T) {
	if got, err := Ulimit("nofile=10:20"); err != nil || got != (specs.POSIXRlimit{Type: "RLIMIT_NOFILE", Soft: 10, Hard: 20}) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, text := range []string{"", "nofile", "nofile=x", "nosuch=1", "nofile=20:10"} {
		_, err := Ulimit(text)
		refused(t, err, text)
	}
	if got, err := Labels([]string{"a=1", "b"}); err != nil || !reflect.DeepEqual(got, map[string]string{"a": "1", "b": ""}) {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := Labels([]string{"=1"}); err == nil {
		t.Error("a label without a key was accepted")
	}
}

func TestSignal(t *testing.T) {
	for text, want := range map[string]unix.Signal{
		"TERM": unix.SIGTERM, "SIGTERM": unix.SIGTERM, "sigint": unix.SIGINT, "9": unix.SIGKILL,
		"SIGRTMIN+3": 37, "RTMAX-1": 63, "SIGRTMIN": 34,
	} {
		if got, err := Signal(text); err != nil || got != want {
			t.Errorf("%q: got %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "0", "65", "-1", "NOPE", "SIGRTMIN+40", "SIGRTMAX+1", "RTMIN-1"} {
		_, err := Signal(text)
		refused(t, err, text)
	}
}
