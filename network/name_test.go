package network_test

import (
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"mydocker/internal/shell"
	"mydocker/network"
	"mydocker/network/internal/netnstest"
)

func TestValidateName(t *testing.T) {
	for _, name := range []string{"testbr", "a", "0", "my-net_1.x", "fifteen-bytes-x", "br.100", "veth0", "UPPER", "123456789", "1891821312x"} {
		if err := network.ValidateName(name); err != nil {
			t.Errorf("refused: %v", err)
		}
	}
	for _, test := range []struct{ name, want string }{
		{"", "empty"},
		{"sixteen-bytes-xx", "it has 16 bytes"},
		{"a/b", `'/' is not allowed`},
		{"../../etc", "first character"},
		{"..", "first character"},
		{".", "first character"},
		{"-rf", "first character"},
		{"a b", `' ' is not allowed`},
		{"a\n", `'\n' is not allowed`},
		{"a:b", `':' is not allowed`},
		{"a%d", `'%' is not allowed`},
		{"a$b", `'$' is not allowed`},
		{"a'b", `'\'' is not allowed`},
		{"réseau", "is not allowed"},
		{"a\x00b", "is not allowed"},
		{"1891821312", "container's ID"},
		{"none", "a meaning of its own"},
		{"host", "meaning of its own"},
		{"bridge", "meaning of its own"},
		{"default", "meaning of its own"},
		{"all", "meaning of its own"},
	} {
		err := network.ValidateName(test.name)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "naming network ") {
			t.Errorf("%q: %v, want %q", test.name, err, test.want)
		}
	}
}

func TestTheKernelTakesWhatValidateNameTakes(t *testing.T) {
	netnstest.Enter(t)
	for _, name := range []string{"a", "0", "my-net_1.x", "fifteen-bytes-x"} {
		if err := network.ValidateName(name); err != nil {
			t.Error(err)
		}
		netnstest.Shell(t, "ip link add name "+name+" type bridge", "ip link set dev "+name+" up")
	}
}

func TestCheckInterface(t *testing.T) {
	netnstest.Enter(t)
	netnstest.Shell(t, "ip link add testbr type bridge")
	if err := network.CheckInterface("other"); err != nil {
		t.Errorf("a free name: %v", err)
	}
	for name, kind := range map[string]string{"testbr": "bridge", "lo": "device"} {
		err := network.CheckInterface(name)
		if err == nil || !strings.Contains(err.Error(), `"`+name+`"`) || !strings.Contains(err.Error(), "type "+kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestValidateDriver(t *testing.T) {
	if err := network.ValidateDriver("bridge"); err != nil {
		t.Error(err)
	}
	for _, driver := range []string{"overlay", "", "Bridge"} {
		if err := network.ValidateDriver(driver); err == nil || !strings.Contains(err.Error(), `the only driver is "bridge"`) {
			t.Errorf("%q: %v", driver, err)
		}
	}
}

// FuzzValidateName shows that a name that is accepted is one for an interface, a
// file, a line of a shell and --network alike.
func FuzzValidateName(f *testing.F) {
	for _, seed := range []string{"testbr", "a", "fifteen-bytes-x", "none", "../etc", "a b", "a%d", "1891821312", "a.b", "é", "a\x00"} {
		f.Add(seed)
	}
	harmless := regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,14}$`)
	f.Fuzz(func(t *testing.T, name string) {
		err := network.ValidateName(name)
		if err == nil && (!harmless.MatchString(name) || filepath.Base(name) != name || shell.Quote(name) != name) {
			t.Errorf("%q was accepted", name)
		}
		if err != nil && !strings.Contains(err.Error(), strconv.Quote(name)) {
			t.Errorf("%q was refused as %v", name, err)
		}
	})
}
