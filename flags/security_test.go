package flags

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	specs "github.com/opencontainers/runtime-spec/specs-go"
)

func TestCapability(t *testing.T) {
	for text, want := range map[string]string{
		"NET_RAW": "CAP_NET_RAW", "cap_net_raw": "CAP_NET_RAW", "Net_Raw": "CAP_NET_RAW", "all": AllCapabilities, "ALL": AllCapabilities,
	} {
		if got, err := Capability(text); err != nil || got != want {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "CAP_", "FLY", "CAP_ALL", "NET RAW", "NET_RAW,KILL"} {
		_, err := Capability(text)
		refused(t, err, text)
	}
}

func TestSecurity(t *testing.T) {
	profile := filepath.Join(t.TempDir(), "profile.json")
	os.WriteFile(profile, []byte(`{"defaultAction": "SCMP_ACT_ALLOW"}`), 0o600)
	yes, no := true, false
	for _, test := range []struct {
		words []string
		want  SecurityOptions
	}{
		{nil, SecurityOptions{}},
		{[]string{"seccomp=unconfined", "apparmor=unconfined"}, SecurityOptions{Seccomp: Unconfined, AppArmor: Unconfined}},
		{[]string{"seccomp:unconfined", "apparmor:mine"}, SecurityOptions{Seccomp: Unconfined, AppArmor: "mine"}},
		{[]string{"seccomp=" + profile}, SecurityOptions{Seccomp: `{"defaultAction": "SCMP_ACT_ALLOW"}`}},
		{[]string{"seccomp=unconfined", "seccomp=builtin"}, SecurityOptions{}},
		{[]string{"no-new-privileges"}, SecurityOptions{NoNewPrivileges: &yes}},
		{[]string{"no-new-privileges:true"}, SecurityOptions{NoNewPrivileges: &yes}},
		{[]string{"no-new-privileges=false"}, SecurityOptions{NoNewPrivileges: &no}},
		{[]string{"systempaths=unconfined", "label=disable"}, SecurityOptions{OpenPaths: true}},
	} {
		if got, err := Security(test.words); err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q: got %+v, %v", test.words, got, err)
		}
	}
	garbage := filepath.Join(t.TempDir(), "garbage")
	os.WriteFile(garbage, []byte("{"), 0o600)
	for _, word := range []string{
		"", "seccomp", "seccomp=", "seccomp=/nosuch", "seccomp=" + garbage, "apparmor=", "no-new-privileges=perhaps",
		"systempaths=all", "label=user:x", "nosuch=1", "unconfined",
	} {
		_, err := Security([]string{word})
		refused(t, err, word)
	}
}

func TestParseDevice(t *testing.T) {
	for text, want := range map[string]Device{
		"/dev/fuse":               {"/dev/fuse", "/dev/fuse", "rwm"},
		"/dev/fuse:r":             {"/dev/fuse", "/dev/fuse", "r"},
		"/dev/fuse:/dev/x":        {"/dev/fuse", "/dev/x", "rwm"},
		"/dev/fuse:/dev/x/../y:w": {"/dev/fuse", "/dev/y", "w"},
		"/srv/nodes:/dev/nodes":   {"/srv/nodes", "/dev/nodes", "rwm"},
	} {
		if got, err := ParseDevice(text); err != nil || got != want {
			t.Errorf("%q: got %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "fuse", "/dev/fuse:", "/dev/fuse:x", "/dev/fuse:/dev/x:", "/dev/fuse:/dev/x:rr", "/dev/fuse:/dev/x:rx",
		"/dev/fuse:/dev/x:r:w", "/dev/fuse:/etc/x", "/dev/fuse:/dev/../x", "/dev/fuse:/dev", "/srv/x",
	} {
		_, err := ParseDevice(text)
		refused(t, err, text)
	}
}

func TestDeviceRule(t *testing.T) {
	major := int64(189)
	want := specs.LinuxDeviceCgroup{Allow: true, Type: "c", Major: &major, Access: "rw"}
	if got, err := DeviceRule("c 189:* rw"); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, text := range []string{
		"", "c 189:* ", "c 189 rw", "d 189:* rw", "c x:* rw", "c 189:* rwx", "c 189:* rr", "c -1:* r", " c 1:1 r", "c 99999999999:1 r",
	} {
		_, err := DeviceRule(text)
		refused(t, err, text)
	}
}

func TestSysctls(t *testing.T) {
	got, err := Sysctls([]string{"net.core.somaxconn=1024", "net.ipv4.ping_group_range=0 5"})
	want := map[string]string{"net.core.somaxconn": "1024", "net.ipv4.ping_group_range": "0 5"}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	for _, text := range []string{"", "net.core.somaxconn", "=1", "a=b\nc"} {
		_, err := Sysctls([]string{text})
		if err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}

func FuzzParseDevice(f *testing.F) {
	f.Add("/dev/fuse:/dev/x:rw")
	f.Fuzz(func(t *testing.T, text string) {
		device, err := ParseDevice(text)
		if err == nil && (!filepath.IsAbs(device.Host) || filepath.Dir(device.Container) == "/" || filepath.Clean(device.Container) != device.Container) {
			t.Errorf("%q became %+v", text, device)
		}
	})
}
