package rootfs

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/moby/sys/mountinfo"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

func TestParseOptions(t *testing.T) {
	tests := []struct {
		kind, words string
		want        options
	}{
		{"bind", "", options{bind: true}},
		{"none", "rbind,ro", options{bind: true, recursive: true, attributes: attributes{set: unix.MOUNT_ATTR_RDONLY}}},
		{"tmpfs", "ro,rw", options{attributes: attributes{clear: unix.MOUNT_ATTR_RDONLY}}},
		{"tmpfs", "rw,ro", options{attributes: attributes{set: unix.MOUNT_ATTR_RDONLY}}},
		{"tmpfs", "defaults,nosuid,nodev,noexec", options{attributes: attributes{set: unix.MOUNT_ATTR_NOSUID | unix.MOUNT_ATTR_NODEV | unix.MOUNT_ATTR_NOEXEC}}},
		{"tmpfs", "noatime", options{attributes: attributes{set: unix.MOUNT_ATTR_NOATIME, clear: unix.MOUNT_ATTR__ATIME}}},
		{"tmpfs", "noatime,strictatime", options{attributes: attributes{set: unix.MOUNT_ATTR_STRICTATIME, clear: unix.MOUNT_ATTR__ATIME}}},
		{"tmpfs", "relatime", options{attributes: attributes{clear: unix.MOUNT_ATTR__ATIME}}},
		{"bind", "rro,rnosuid", options{bind: true, below: attributes{set: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NOSUID}}},
		{"bind", "rslave", options{bind: true, propagation: unix.MS_SLAVE, propagationRecursive: true}},
		{"bind", "shared", options{bind: true, propagation: unix.MS_SHARED}},
		{"tmpfs", "size=64m,mode=1777,sync", options{data: []string{"size=64m", "mode=1777", "sync"}}},
		{"", "remount,ro", options{remount: true, attributes: attributes{set: unix.MOUNT_ATTR_RDONLY}}},
	}
	for _, test := range tests {
		got, err := parseOptions(test.kind, strings.Split(test.words, ","))
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s %q: got %+v, %v; want %+v", test.kind, test.words, got, err, test.want)
		}
	}
	for kind, words := range map[string]string{"bind": "size=1", "": "remount,size=1", "tmpfs": "size=\x00"} {
		if _, err := parseOptions(kind, strings.Split(words, ",")); err == nil {
			t.Errorf("%s %q: accepted", kind, words)
		}
	}
}

func TestSplitLayers(t *testing.T) {
	for lowerdir, want := range map[string][]string{
		"/a":           {"/a"},
		"/a:/b:/c":     {"/a", "/b", "/c"},
		`/a\:b:/c\\d`:  {"/a:b", `/c\d`},
		`/trailing\`:   {`/trailing\`},
		"/with,comma:": {"/with,comma", ""},
	} {
		if got := Layers(lowerdir); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", lowerdir, got, want)
		}
	}
}

func TestHierarchies(t *testing.T) {
	for line, want := range map[string]*hierarchy{
		"32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct":                                            {"cpu,cpuacct", []string{"cpu", "cpuacct"}},
		"40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,release_agent=/lib/systemd/systemd-cgroups-agent,name=systemd": {"systemd", []string{"none", "name=systemd"}},
		"41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw":                                                                   nil,
		"22 27 0:21 / /proc rw,relatime - proc proc rw":                                                                                          nil,
	} {
		mounts, err := mountinfo.GetMountsFromReader(strings.NewReader(line+"\n"), nil)
		if err != nil {
			t.Fatal(err)
		}
		got, isHierarchy := hierarchyOf(mounts[0])
		if isHierarchy != (want != nil) || want != nil && !reflect.DeepEqual(got, *want) {
			t.Errorf("%q: got %+v, %t", line, got, isHierarchy)
		}
	}
}

func TestSysctlNames(t *testing.T) {
	for name, path := range map[string]string{
		"net.ipv4.ip_forward":            "net/ipv4/ip_forward",
		"net/ipv4/conf/eth0.1/rp_filter": "net/ipv4/conf/eth0.1/rp_filter",
		"net.ipv4.conf.eth0/1.rp_filter": "net/ipv4/conf/eth0.1/rp_filter",
	} {
		if got := sysctlPath(name); got != path {
			t.Errorf("%q: got %q, want %q", name, got, path)
		}
	}
	for name, allowed := range map[string]bool{
		"net.ipv4.ip_forward": true, "kernel.shmmax": true, "fs.mqueue.msg_max": true, "kernel.domainname": true,
		"kernel.hostname": false, "kernel.core_pattern": false, "vm.swappiness": false, "": false,
		"net.ipv4...vm": true, "net/ipv4/../../kernel/core_pattern": false,
	} {
		if err := CheckSysctl(name, true, true, true); (err == nil) != allowed {
			t.Errorf("%q: %v", name, err)
		}
		if err := CheckSysctl(name, false, false, false); err == nil {
			t.Errorf("%q: accepted for the host", name)
		}
	}
}

func TestCheck(t *testing.T) {
	root := specs.Mount{Type: "overlay"}
	for words, spec := range map[string]*specs.Spec{
		"below /dev":            {Linux: &specs.Linux{Devices: []specs.LinuxDevice{{Path: "/dev/../etc/x", Type: "c"}}}},
		"must be c, b, u or p":  {Linux: &specs.Linux{Devices: []specs.LinuxDevice{{Path: "/dev/x", Type: "d"}}}},
		"must be absolute":      {Linux: &specs.Linux{MaskedPaths: []string{"proc"}}},
		`propagation "sharing"`: {Linux: &specs.Linux{RootfsPropagation: "sharing"}},
		"no type given":         {Linux: &specs.Linux{}, Mounts: []specs.Mount{{Destination: "/x"}}},
		"mappings of its own":   {Linux: &specs.Linux{}, Mounts: []specs.Mount{{Destination: "/x", Type: "tmpfs", UIDMappings: []specs.LinuxIDMapping{{}}}}},
	} {
		if err := Check(spec, root); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("got %v, want %q", err, words)
		}
	}
	if err := Check(&specs.Spec{Linux: &specs.Linux{}}, specs.Mount{}); err == nil {
		t.Error("a root without a type was accepted")
	}
}
