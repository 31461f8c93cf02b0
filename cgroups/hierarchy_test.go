package cgroups

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const separate = `22 1 259:1 / / rw,relatime - ext4 /dev/root rw
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 master:1 - cgroup cgroup rw,memory
36 31 0:33 / /sys/fs/cgroup/freezer rw,relatime - cgroup cgroup rw,freezer
37 31 0:34 / /sys/fs/cgroup/devices rw,relatime - cgroup cgroup rw,devices
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
`

func TestHierarchiesOfVersion1(t *testing.T) {
	for name, test := range map[string]struct {
		mountinfo string
		want      []Hierarchy
	}{
		"a hierarchy for each controller": {separate, []Hierarchy{
			{Version: 1, Root: "/", Mount: "/sys/fs/cgroup/cpu", Controllers: []string{"cpu"}},
			{Version: 1, Root: "/", Mount: "/sys/fs/cgroup/memory", Controllers: []string{"memory"}},
			{Version: 1, Root: "/", Mount: "/sys/fs/cgroup/devices", Controllers: []string{"devices"}},
		}},
		"mounted together": {
			"32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid - cgroup cgroup rw,cpu,cpuacct\n",
			[]Hierarchy{{Version: 1, Root: "/", Mount: "/sys/fs/cgroup/cpu,cpuacct", Controllers: []string{"cpu", "cpuacct"}}},
		},
		"inside a container, read-only": {
			"32 31 0:29 /docker/ab12 /sys/fs/cgroup/memory ro,nosuid master:16 - cgroup cgroup rw,memory\n",
			[]Hierarchy{{Version: 1, Root: "/docker/ab12", Mount: "/sys/fs/cgroup/memory", ReadOnly: true, Controllers: []string{"memory"}}},
		},
		"escaped blank": {
			`32 31 0:29 / /mnt/my\040cgroups\134x rw - cgroup cgroup rw,pids` + "\n",
			[]Hierarchy{{Version: 1, Root: "/", Mount: `/mnt/my cgroups\x`, Controllers: []string{"pids"}}},
		},
		"the writable of two": {
			"32 31 0:29 / /mnt/memory rw - cgroup cgroup rw,memory\n" +
				"33 31 0:29 / /sys/fs/cgroup/memory ro - cgroup cgroup ro,memory\n",
			[]Hierarchy{{Version: 1, Root: "/", Mount: "/mnt/memory", Controllers: []string{"memory"}}},
		},
		"the upper of two at one place": {
			"32 31 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n" +
				"33 32 0:29 /docker/ab12 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
			[]Hierarchy{{Version: 1, Root: "/docker/ab12", Mount: "/sys/fs/cgroup/memory", ReadOnly: true, Controllers: []string{"memory"}}},
		},
		"the usual place of two": {
			"32 31 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n" +
				"33 31 0:29 / /mnt/memory rw - cgroup cgroup rw,memory\n",
			[]Hierarchy{{Version: 1, Root: "/", Mount: "/sys/fs/cgroup/memory", Controllers: []string{"memory"}}},
		},
		"not beyond the cgroup namespace": {
			"32 31 0:29 / /mnt/memory rw - cgroup cgroup rw,memory\n" +
				"33 31 0:29 /../.. /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
			[]Hierarchy{{Version: 1, Root: "/", Mount: "/mnt/memory", Controllers: []string{"memory"}}},
		},
		"another filesystem": {"32 31 0:29 / /m rw - cgroupish cgroup rw,memory\n", nil},
		"no cgroups":         {"22 1 259:1 / / rw,relatime - ext4 /dev/root rw\n", nil},
	} {
		found, err := readMountinfo(strings.NewReader(test.mountinfo))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(test.want, choose(hierarchiesOf(found))); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestHierarchyOfVersion2(t *testing.T) {
	found, err := readMountinfo(strings.NewReader("41 31 0:38 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Hierarchy{{Version: 2, Root: "/", Mount: "/sys/fs/cgroup"}}
	if diff := cmp.Diff(want, hierarchiesOf(found)); diff != "" {
		t.Error(diff)
	}
}

func TestUnifiedControllers(t *testing.T) {
	mount := t.TempDir()
	if got := unifiedControllers(mount); got != nil {
		t.Errorf("a hidden mount point offers %v", got)
	}
	if err := os.WriteFile(mount+"/cgroup.controllers", []byte("cpuset cpu io memory hugetlb pids rdma\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"cpuset", "cpu", "memory", "pids"}, unifiedControllers(mount)); diff != "" {
		t.Error(diff)
	}
}

func TestDirectoryOfMembership(t *testing.T) {
	membership := parseMembership("4:memory:/docker/ab12/x\n2:cpu,cpuacct:/\n1:name=systemd:/y\n5:pids:/z:w\n0::/\n")
	for _, test := range []struct {
		hierarchy Hierarchy
		want      string
	}{
		{Hierarchy{Version: 1, Mount: "/m", Root: "/", Controllers: []string{"memory"}}, "/m/docker/ab12/x"},
		{Hierarchy{Version: 1, Mount: "/m", Root: "/docker/ab12", Controllers: []string{"memory"}}, "/m/x"},
		{Hierarchy{Version: 1, Mount: "/m", Root: "/docker/ab12/x", Controllers: []string{"memory"}}, "/m"},
		{Hierarchy{Version: 1, Mount: "/m", Root: "/docker/ab1", Controllers: []string{"memory"}}, "/m"},
		{Hierarchy{Version: 1, Mount: "/c", Root: "/", Controllers: []string{"cpuacct"}}, "/c"},
		{Hierarchy{Version: 1, Mount: "/p", Root: "/", Controllers: []string{"pids"}}, "/p/z:w"},
	} {
		if got := membership.In(test.hierarchy); got != test.want {
			t.Errorf("below %+v the directory is %q, not %q", test.hierarchy, got, test.want)
		}
	}
	outside := Hierarchy{Mount: "/m", Root: "/"}
	if got := outside.Directory("/../other"); got != "/m" {
		t.Errorf("a cgroup outside of the namespace is looked for in %q", got)
	}
}

func TestDamagedMountinfo(t *testing.T) {
	for _, text := range []string{"garbage\n", "32 31 0:29 / /m rw - cgroup\n"} {
		if found, err := readMountinfo(strings.NewReader(text)); err == nil {
			t.Errorf("%q is read as %+v", text, found)
		}
	}
}

func BenchmarkHierarchies(b *testing.B) {
	for b.Loop() {
		if _, err := Hierarchies(); err != nil {
			b.Fatal(err)
		}
	}
}
