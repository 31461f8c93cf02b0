package account

import (
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/internal/handle/handletest"
)

// FuzzResolve looks any user up in any databases. Nobody becomes root who did
// not ask for root's number, or has it from the image, and no number wraps
// round.
func FuzzResolve(f *testing.F) {
	for _, wanted := range []string{
		"", "root", "web", "web:wheel", "100:5", "0x0", "-1", "0:-1", "4294967296", "4294967295", "2147483648", "minus", "wraps", "wide",
		":", ":0", "0:", "1:2:3", " 0", "+0", "00", "١", "nosuch:0", "1e0", "0\x00",
	} {
		f.Add(wanted, passwd, group)
	}
	f.Add("x", "x\nx:\nx::\nx:::\n:::::::\nx:x:x:x", "x\n:::\n")
	root := f.TempDir()
	if err := os.Mkdir(filepath.Join(root, "etc"), 0o755); err != nil {
		f.Fatal(err)
	}
	directory := handletest.Root(f, root)
	f.Fuzz(func(t *testing.T, wanted, passwd, group string) {
		write(t, filepath.Join(root, "etc/passwd"), passwd)
		write(t, filepath.Join(root, "etc/group"), group)
		got, err := Resolve(directory, wanted, specs.User{})
		if err != nil {
			return
		}
		if got.UID > math.MaxInt32 || got.GID > math.MaxInt32 {
			t.Errorf("%q became %+v", wanted, got)
		}
		if len(got.Groups) == 0 || got.Groups[0] != got.GID {
			t.Errorf("%q: the groups %v do not start with %d", wanted, got.Groups, got.GID)
		}
		if got.Home == "" || strings.ContainsRune(got.Home, 0) {
			t.Errorf("%q has the home %q", wanted, got.Home)
		}
		checkAsked(t, wanted, passwd, got)
	})
}

// checkAsked compares an identity with the user that was asked for.
func checkAsked(t *testing.T, wanted, passwd string, got Identity) {
	t.Helper()
	name, _, _ := strings.Cut(wanted, ":")
	number, err := strconv.ParseInt(name, 10, 64)
	named := false
	for line := range strings.Lines(passwd) {
		first, _, _ := strings.Cut(strings.TrimSpace(line), ":")
		named = named || first == name
	}
	switch {
	case named || name == "":
	case err != nil:
		t.Errorf("%q is no number and nobody's name, and became %+v", wanted, got)
	case number != int64(got.UID):
		t.Errorf("%q became %+v", wanted, got)
	}
}
