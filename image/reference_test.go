package image

import (
	"errors"
	"strings"
	"testing"
)

func TestParseReference(t *testing.T) {
	for name, want := range map[string]string{
		"busybox":                         "busybox:latest",
		"busybox:latest":                  "busybox:latest",
		"busybox:1.36-musl_x":             "busybox:1.36-musl_x",
		"BUSYBOX":                         "",
		"Busy/box":                        "Busy/box:latest", // a host, by docker's rule
		"team/app":                        "team/app:latest",
		"library/busybox":                 "busybox:latest",
		"docker.io/library/busybox:1":     "busybox:1",
		"docker.io/busybox":               "busybox:latest",
		"docker.io/team/app":              "team/app:latest",
		"localhost/app":                   "localhost/app:latest",
		"registry.example:5000/a/b/c:tag": "registry.example:5000/a/b/c:tag",
		"registry.example:5000/app":       "registry.example:5000/app:latest",
		"[2001:db8::1]:5000/app":          "[2001:db8::1]:5000/app:latest",
		"[2001:db8::1]/app":               "[2001:db8::1]/app:latest",
		"app:5000":                        "app:5000", // a tag, without a slash behind it
		"a.b_c__d-e---f":                  "a.b_c__d-e---f:latest",
		"0":                               "0:latest",
		"app:_x":                          "app:_x",
		strings.Repeat("a", 255):          strings.Repeat("a", 255) + ":latest",

		"":                                      "",
		":":                                     "",
		":latest":                               "",
		"app:":                                  "",
		"app:.x":                                "",
		"app:-x":                                "",
		"app:a b":                               "",
		"app:a/b":                               "",
		"app:" + strings.Repeat("a", 129):       "",
		strings.Repeat("a", 256):                "",
		strings.Repeat("0123456789abcdef", 4):   "",
		"app@sha256:" + strings.Repeat("a", 64): "",
		"/app":                                  "",
		"app/":                                  "",
		"a//b":                                  "",
		"../../etc":                             "",
		"a/../b":                                "",
		".":                                     "",
		"..":                                    "",
		".app":                                  "",
		"-app":                                  "",
		"app-":                                  "",
		"app_":                                  "",
		"a..b":                                  "",
		"a___b":                                 "",
		"a.-b":                                  "",
		"team/App":                              "",
		"app\x00":                               "",
		"app\n":                                 "",
		"äpp":                                   "",
		"registry.example:port/app":             "",
		"registry.example:/app":                 "",
		"-registry.example/app":                 "",
		"[2001:db8::1/app":                      "",
		"[nonsense]/app":                        "",
		"docker.io/":                            "",
		"docker.io/library/":                    "",
		"docker.io/" + strings.Repeat("abcd", 16): "",
	} {
		got, err := ParseReference(name)
		if want == "" {
			var refused *ReferenceError
			if !errors.As(err, &refused) || refused.Reason == "" {
				t.Errorf("%q: got %q and %v, want a ReferenceError", name, got, err)
			}
			continue
		}
		if err != nil || got.String() != want {
			t.Errorf("%q: got %q, %v; want %q", name, got, err, want)
		}
	}
}

func TestRecordFilesAreDistinct(t *testing.T) {
	long := strings.Repeat("a", 250)
	names := []string{"a:latest", "a/b:latest", "a:b", "a.b:latest", long + ":latest", long + ":other", long + "a:latest"}
	seen := map[string]string{}
	for _, name := range names {
		file := recordFile(name, "")
		if other, again := seen[file]; again {
			t.Errorf("%q and %q share the file %q", name, other, file)
		}
		if len(file) > mostFileName || strings.Contains(file, "/") {
			t.Errorf("%q is no good file name for %q", file, name)
		}
		seen[file] = name
	}
}

// FuzzParseReference shows that a name that is accepted is its own full form,
// and makes a file name that leads nowhere else.
func FuzzParseReference(f *testing.F) {
	for _, name := range []string{"busybox", "a/b:c", "h.x:1/a_b__c-d", "[::1]:5/x", "docker.io/library/x", "index.docker.io/docker.io/x", "../x", "a@b", "a:"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		reference, err := ParseReference(name)
		if err != nil {
			return
		}
		again, err := ParseReference(reference.String())
		if err != nil || again != reference {
			t.Errorf("%q gives %q, which gives %q, %v", name, reference, again, err)
		}
		for _, file := range []string{recordFile(reference.String(), ""), droppedName(reference)} {
			if strings.ContainsAny(file, "/\x00") || strings.HasPrefix(file, ".") || file == "" && !strings.Contains(reference.Repository, "/") {
				t.Errorf("%q gives the file name %q", name, file)
			}
		}
	})
}
