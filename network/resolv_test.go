package network

import (
	"os"
	"path/filepath"
	"testing"
)

func TestResolvConf(t *testing.T) {
	const public = "nameserver 8.8.8.8\nnameserver 8.8.4.4\n"
	for _, test := range []struct{ name, host, want string }{
		{"as it is", "# made by hand\nsearch example.com\nnameserver 192.0.2.53\noptions ndots:2\n", "# made by hand\nsearch example.com\nnameserver 192.0.2.53\noptions ndots:2\n"},
		{"loopback goes", "nameserver 127.0.0.53\nnameserver 192.0.2.53\n", "nameserver 192.0.2.53\n"},
		{"all of loopback goes", "search lan\nnameserver 127.0.0.1\nnameserver ::1\n", "search lan\n" + public},
		{"IPv6 goes", "nameserver fe80::1%eth0\nnameserver 2001:db8::53\nnameserver 192.0.2.53\n", "nameserver 192.0.2.53\n"},
		{"nothing", "", public},
		{"garbage", "nameserver\nnameserver x\n\x00\n", "\x00\n" + public},
		{"no final newline", "search lan\nnameserver 192.0.2.53", "search lan\nnameserver 192.0.2.53\n"},
		{"no final newline and no server", "search lan", "search lan\n" + public},
		{"a comment", "#nameserver 127.0.0.1\n  nameserver\t192.0.2.53 # ours\n", "#nameserver 127.0.0.1\n  nameserver\t192.0.2.53 # ours\n"},
	} {
		if got := string(ResolvConf([]byte(test.host))); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestReadResolvConf(t *testing.T) {
	const uplinks = "nameserver 192.0.2.53\n"
	for _, test := range []struct{ name, host, resolved, want string }{
		{"ordinary", "nameserver 192.0.2.1\n", uplinks, "nameserver 192.0.2.1\n"},
		{"resolved's stub", "nameserver 127.0.0.53\noptions edns0\n", uplinks, uplinks},
		{"stub without resolved", "nameserver 127.0.0.53\n", "", "nameserver 127.0.0.53\n"},
		{"stub and another", "nameserver 127.0.0.53\nnameserver 192.0.2.1\n", uplinks, "nameserver 127.0.0.53\nnameserver 192.0.2.1\n"},
		{"none", "", uplinks, ""},
	} {
		directory := t.TempDir()
		host, resolved := filepath.Join(directory, "host"), filepath.Join(directory, "resolved")
		for path, content := range map[string]string{host: test.host, resolved: test.resolved} {
			if content == "" {
				continue
			}
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		got, err := readResolvConf(host, resolved)
		if err != nil || string(got) != test.want {
			t.Errorf("%s: got %q, %v, want %q", test.name, got, err, test.want)
		}
	}
	if _, err := readResolvConf(t.TempDir(), ""); err == nil {
		t.Error("a directory was read")
	}
}
