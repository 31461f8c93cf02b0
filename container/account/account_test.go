package account

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/internal/handle/handletest"
)

const passwd = `root:x:0:0:root:/root:/bin/sh
web:x:100:101::/srv/web:/bin/false
bare:x:7:7:::
minus:x:-1:-1::/:/bin/sh
wraps:x:4294967296:0::/:/bin/sh
wide:x:8:4294967296::/:/bin/sh
`

const group = `root:x:0:
wheel:x:10:root,web
web:x:101:
big:x:-5:minus
`

func image(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "etc"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(root, "etc/passwd"), passwd)
	write(t, filepath.Join(root, "etc/group"), group)
	return root
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func resolve(t *testing.T, root, wanted string, fallback specs.User) (Identity, error) {
	t.Helper()
	return Resolve(handletest.Root(t, root), wanted, fallback)
}

func TestResolve(t *testing.T) {
	tests := []struct {
		wanted   string
		fallback specs.User
		want     Identity
		refused  string
	}{
		{wanted: "", want: Identity{Groups: []uint32{10}, Home: "/root"}},
		{wanted: "", fallback: specs.User{UID: 100, GID: 5}, want: Identity{UID: 100, GID: 5, Home: "/srv/web"}},
		{wanted: "", fallback: specs.User{UID: 12345}, want: Identity{UID: 12345, Home: "/"}},
		{wanted: "root", want: Identity{Groups: []uint32{10}, Home: "/root"}},
		{wanted: "web", want: Identity{UID: 100, GID: 101, Groups: []uint32{10}, Home: "/srv/web"}},
		{wanted: "100", want: Identity{UID: 100, GID: 101, Groups: []uint32{10}, Home: "/srv/web"}},
		{wanted: "100:5", fallback: specs.User{AdditionalGids: []uint32{3, 5}}, want: Identity{UID: 100, GID: 5, Groups: []uint32{3}, Home: "/srv/web"}},
		{wanted: "web:wheel", want: Identity{UID: 100, GID: 10, Home: "/srv/web"}},
		{wanted: "web:77", want: Identity{UID: 100, GID: 77, Home: "/srv/web"}},
		{wanted: "1234:77", want: Identity{UID: 1234, GID: 77, Home: "/"}},
		{wanted: "1234", want: Identity{UID: 1234, Home: "/"}},
		{wanted: "bare", want: Identity{UID: 7, GID: 7, Home: "/"}},
		{wanted: "web", fallback: specs.User{AdditionalGids: []uint32{3}}, want: Identity{UID: 100, GID: 101, Groups: []uint32{10, 3}, Home: "/srv/web"}},
		{wanted: "2147483647", want: Identity{UID: 2147483647, Home: "/"}},

		{wanted: "nosuch", refused: "no such user"},
		{wanted: "web:nosuch", refused: "no such group"},
		{wanted: "0x0", refused: "no such user"},
		{wanted: "-1", refused: "0 to 2147483647"},
		{wanted: "0:-1", refused: "0 to 2147483647"},
		{wanted: "2147483648", refused: "0 to 2147483647"},
		{wanted: "4294967295", refused: "0 to 2147483647"},
		{wanted: "4294967296", refused: "0 to 2147483647"},
		{wanted: "99999999999999999999999", refused: "0 to 2147483647"},
		{wanted: "minus", refused: "number -1"},
		{wanted: "wraps", refused: "number 4294967296"},
		{wanted: "wide", refused: "number 4294967296"},
	}
	root := image(t)
	for _, test := range tests {
		t.Run(test.wanted, func(t *testing.T) {
			got, err := resolve(t, root, test.wanted, test.fallback)
			if test.refused != "" {
				if err == nil || !strings.Contains(err.Error(), test.refused) {
					t.Errorf("got %+v, %v; want an error with %q", got, err, test.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			groups := append([]uint32{test.want.GID}, test.want.Groups...)
			if got.UID != test.want.UID || got.GID != test.want.GID || got.Home != test.want.Home || !slices.Equal(got.Groups, groups) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

// A database that is a trap is not opened; numbers do without it.
func TestHostileDatabase(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside")
	write(t, outside, "spy:x:0:0::/outside:/bin/sh\n")
	traps := map[string]func(name string) error{
		"FIFO":      func(name string) error { return unix.Mkfifo(name, 0o644) },
		"directory": func(name string) error { return os.Mkdir(name, 0o755) },
		"link out":  func(name string) error { return os.Symlink(outside, name) },
		"link up": func(name string) error {
			return os.Symlink("../../../../../../../../../../.."+outside, name)
		},
		"link to process": func(name string) error { return os.Symlink("/proc/self/root"+outside, name) },
		"loop":            func(name string) error { return os.Symlink("passwd", name) },
		"missing":         func(string) error { return nil },
		"gigabyte": func(name string) error {
			write(t, name, "spy:x:0:0::/outside:/bin/sh\n")
			return os.Truncate(name, 1<<30)
		},
	}
	for trap, set := range traps {
		t.Run(trap, func(t *testing.T) {
			root := image(t)
			name := filepath.Join(root, "etc/passwd")
			os.Remove(name)
			if err := set(name); err != nil {
				t.Fatal(err)
			}
			if got, err := resolve(t, root, "spy", specs.User{}); err == nil {
				t.Errorf("a name was found: %+v", got)
			}
			got, err := resolve(t, root, "5:6", specs.User{})
			if err != nil || got.UID != 5 || got.GID != 6 || got.Home != "/" {
				t.Errorf("a number: %+v, %v", got, err)
			}
			got, err = resolve(t, root, "", specs.User{})
			if err != nil || got.UID != 0 || got.Home != "/" {
				t.Errorf("no user: %+v, %v", got, err)
			}
		})
	}
}

// Images have absolute links in /etc; they mean the image's own files.
func TestLinksStayInside(t *testing.T) {
	root := image(t)
	if err := os.Rename(filepath.Join(root, "etc"), filepath.Join(root, "config")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/config", filepath.Join(root, "etc")); err != nil {
		t.Fatal(err)
	}
	got, err := resolve(t, root, "web", specs.User{})
	if err != nil || got.UID != 100 {
		t.Errorf("got %+v, %v", got, err)
	}
}
