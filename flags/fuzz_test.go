package flags

import (
	"encoding/csv"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	specs "github.com/opencontainers/runtime-spec/specs-go"
)

// checkBind tells what is wrong with a bind mount that was accepted.
func checkBind(t *testing.T, text string, mount specs.Mount) {
	t.Helper()
	for _, name := range []string{mount.Source, mount.Destination} {
		if !filepath.IsAbs(name) || filepath.Clean(name) != name {
			t.Errorf("%q: the path %q is not absolute and clean", text, name)
		}
	}
	recursion, propagation := 0, 0
	for _, option := range mount.Options {
		switch {
		case option == "bind" || option == "rbind":
			recursion++
		case isPropagation(option):
			propagation++
		case option != "ro" && option != "rw":
			t.Errorf("%q: the option %q came from nowhere", text, option)
		}
	}
	if mount.Type != "bind" || mount.Destination == "/" || recursion != 1 || propagation == 0 {
		t.Errorf("%q became %+v", text, mount)
	}
}

func FuzzVolume(f *testing.F) {
	for _, seed := range []string{"/a:/b:ro", "/a:/b", "/a:/b:ro,rshared", "a:/b", "/a:/", "/a:/b/../..", "/a/../b:/c//d/", ":::", "/a:/b:ro,rw", "/a:/b:"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		mount, err := Volume(text)
		if err != nil {
			return
		}
		checkBind(t, text, mount)
		options := slices.DeleteFunc(slices.Clone(mount.Options), func(word string) bool { return word == "rbind" })
		printed := strings.Join([]string{mount.Source, mount.Destination, strings.Join(options, ",")}, ":")
		if again, err := Volume(printed); err != nil || !reflect.DeepEqual(again, mount) {
			t.Errorf("%q, printed as %q, became %+v, %v; it was %+v", text, printed, again, err, mount)
		}
	})
}

func FuzzMount(f *testing.F) {
	for _, seed := range []string{
		"type=bind,source=/a,target=/b", "type=bind,src=/a,dst=/b,readonly", "type=bind,src=/a,dst=/b,ro=false,bind-propagation=rslave",
		"type=bind,src=/a,destination=/b,bind-recursive=disabled", `type=bind,"source=/a,b",target=/c`, "type=tmpfs,target=/t,tmpfs-size=64m,tmpfs-mode=1777",
		"type=tmpfs,dst=/t,ro", "type=volume,source=v,target=/t", "target=/t", "type=bind", "type=bind,source=/a,target=/\nsource=/etc", `"`, "type=tmpfs,target=/t,source=/x",
		"type=bind,source=/a,target=/b,tmpfs-size=1", "type=bind,,target=/b", "TYPE=BIND,Source=/a,Target=/b,ReadOnly", "type=tmpfs,target=/,tmpfs-mode=7778",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		mount, err := Mount(text)
		if err != nil {
			return
		}
		if mount.Type == "bind" {
			checkBind(t, text, mount)
		} else if mount.Type != "tmpfs" || !path.IsAbs(mount.Destination) || mount.Destination == "/" || slices.ContainsFunc(mount.Options, func(word string) bool { return !isTmpfsOption(word) }) {
			t.Errorf("%q became %+v", text, mount)
		}
		printed := printMount(t, mount)
		if again, err := Mount(printed); err != nil || !reflect.DeepEqual(again, mount) {
			t.Errorf("%q, printed as %q, became %+v, %v; it was %+v", text, printed, again, err, mount)
		}
	})
}

// printMount writes a mount as a person would type it after --mount.
func printMount(t *testing.T, mount specs.Mount) string {
	t.Helper()
	fields := []string{"type=" + mount.Type, "target=" + mount.Destination}
	if mount.Type == "bind" {
		fields = append(fields, "source="+mount.Source)
	}
	for _, option := range mount.Options {
		key, value, _ := strings.Cut(option, "=")
		switch {
		case option == "ro":
			fields = append(fields, "readonly")
		case option == "bind":
			fields = append(fields, "bind-recursive=disabled")
		case isPropagation(option):
			fields = append(fields, "bind-propagation="+option)
		case key == "size" || key == "mode":
			fields = append(fields, "tmpfs-"+key+"="+value)
		}
	}
	var line strings.Builder
	w := csv.NewWriter(&line)
	if err := w.Write(fields); err != nil {
		t.Fatal(err)
	}
	w.Flush()
	return strings.TrimSuffix(line.String(), "\n")
}

func FuzzTmpfs(f *testing.F) {
	for _, seed := range []string{"/run", "/run:size=64m,exec", "/run:ro,rw", "run", "/", "/a:lowerdir=/etc", "/a:size=1:ro", "/a:noexec,exec,noexec"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		mount, err := Tmpfs(text)
		if err != nil {
			return
		}
		if mount.Type != "tmpfs" || !path.IsAbs(mount.Destination) || path.Clean(mount.Destination) != mount.Destination || mount.Destination == "/" {
			t.Errorf("%q became %+v", text, mount)
		}
		for _, option := range mount.Options {
			if !isTmpfsOption(option) || strings.Contains(option, ",") {
				t.Errorf("%q: the option %q came from nowhere", text, option)
			}
		}
	})
}

func FuzzEnvironmentFile(f *testing.F) {
	for _, seed := range []string{"A=1\n#\n", "  A=b c \r\nB=\n\nPATH\n", "=x", "A B=1", "A=\x00", "\ufeffA=1", "A=1\nA=2", "NOT_SET_ANYWHERE", "A==\n\t#x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		variables, err := readEnvironment(strings.NewReader(content))
		if err != nil {
			return
		}
		for _, variable := range variables {
			key, value, found := strings.Cut(variable, "=")
			if !found || key == "" || strings.ContainsAny(key, " \t\n") || strings.ContainsAny(value, "\n\x00") {
				t.Errorf("%q gave %q", content, variable)
			}
		}
		// A line break of the other kind, at the end of a value, is one; a byte
		// order mark is one in the first line alone.
		printed := "#\n" + strings.Join(variables, "\r\n") + "\r\n"
		if again, err := readEnvironment(strings.NewReader(printed)); err != nil || !slices.Equal(again, variables) {
			t.Errorf("%q, printed as %q, became %q, %v; it was %q", content, printed, again, err, variables)
		}
	})
}

func FuzzLimits(f *testing.F) {
	f.Add("100m", "1.5", "0-1", "64")
	f.Add("-1", "NaN", "", "-1")
	f.Add("9223372036854775807", "1e300", "x", "1")
	f.Fuzz(func(t *testing.T, memory, cpus, cpuset, pids string) {
		resources, err := Limits{Memory: memory, CPUs: cpus, CPUSet: cpuset, PIDs: pids}.Resources()
		if err != nil {
			return
		}
		if resources.Memory != nil && *resources.Memory.Limit <= 0 {
			t.Errorf("memory %q became %d", memory, *resources.Memory.Limit)
		}
		if resources.CPU != nil && resources.CPU.Quota != nil && *resources.CPU.Quota < 1000 {
			t.Errorf("cpus %q became a quota of %d", cpus, *resources.CPU.Quota)
		}
		if resources.Pids != nil && *resources.Pids.Limit < -1 {
			t.Errorf("pids %q became %d", pids, *resources.Pids.Limit)
		}
	})
}
