package container

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
)

func TestNamespacesAreTheContainersOwn(t *testing.T) {
	p := start(t, settings(t, "sleep", "100"))
	for _, kind := range []string{"pid", "mnt", "uts", "ipc", "net", "cgroup"} {
		mine, err := os.Readlink("/proc/self/ns/" + kind)
		if err != nil {
			t.Fatal(err)
		}
		its, err := os.Readlink(descriptor(p.Pid(), "ns/"+kind))
		if err != nil {
			t.Fatal(err)
		}
		if mine == its {
			t.Errorf("%s namespace is the host's", kind)
		}
	}
}

// Between Create and Start the caller works on the pid and its namespaces.
func TestNamespacesExistBeforeStart(t *testing.T) {
	p, err := Create(settings(t, "true"))
	if err != nil {
		t.Fatal(err)
	}
	defer p.kill()
	for _, kind := range []string{"pid", "mnt", "uts", "ipc", "net"} {
		mine, _ := os.Readlink("/proc/self/ns/" + kind)
		its, err := os.Readlink(descriptor(p.Pid(), "ns/"+kind))
		if err != nil || mine == its {
			t.Errorf("%s namespace before Start: %q, %v", kind, its, err)
		}
	}
	if p.StartTime() == 0 {
		t.Error("no start time")
	}
	if err := p.Start(); err != nil {
		t.Error(err)
	}
}

func TestInsideNamespaces(t *testing.T) {
	cfg := shell(t, "echo $$", "hostname", "cat /proc/sys/kernel/domainname", "ip -o link | cut -d: -f2-3", "set -- /proc/[0-9]*; echo $#")
	cfg.Spec.Hostname, cfg.Spec.Domainname = "box", "example.org"
	output, _ := run(t, cfg)
	lines := strings.Split(output, "\n")
	if lines[0] != "1" {
		t.Errorf("pid %q, want 1", lines[0])
	}
	if lines[1] != "box" || lines[2] != "example.org" {
		t.Errorf("names %q and %q", lines[1], lines[2])
	}
	if !strings.Contains(lines[3], "lo: <LOOPBACK,UP,LOWER_UP>") || len(lines) != 6 {
		t.Errorf("links:\n%s", output)
	}
	if lines[4] != "1" {
		t.Errorf("%s processes in sight, want the shell alone", lines[4])
	}
}

func TestCgroupNamespaceBeginsAtStart(t *testing.T) {
	group := newCgroup(t)
	cfg := shell(t, "cat /proc/self/cgroup")
	if placement != nil {
		cfg.Cgroup = func() (Cgroup, error) { return group, nil }
	}
	p, output := created(t, cfg)
	group.add(t, p.Pid())
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	p.Wait()
	text := output()
	if !strings.Contains(text, "pids:/\n") && !strings.Contains(text, "0::/\n") {
		t.Errorf("the container's cgroup is not its root:\n%s", text)
	}
	if strings.Contains(text, "mydocker-test") {
		t.Errorf("the host's cgroup shows:\n%s", text)
	}
}

func TestJoinedNamespaces(t *testing.T) {
	first := start(t, settings(t, "sleep", "100"))
	for _, kind := range []specs.LinuxNamespaceType{
		specs.NetworkNamespace, specs.IPCNamespace, specs.UTSNamespace, specs.PIDNamespace, specs.CgroupNamespace,
	} {
		t.Run(string(kind), func(t *testing.T) {
			file := map[specs.LinuxNamespaceType]string{specs.NetworkNamespace: "net"}[kind]
			if file == "" {
				file = string(kind)
			}
			path := descriptor(first.Pid(), "ns/"+file)
			cfg := shell(t, "readlink /proc/self/ns/"+file)
			for i := range cfg.Spec.Linux.Namespaces {
				if cfg.Spec.Linux.Namespaces[i].Type == kind {
					cfg.Spec.Linux.Namespaces[i].Path = path
				}
			}
			want, err := os.Readlink(path)
			if err != nil {
				t.Fatal(err)
			}
			output, _ := run(t, cfg)
			if strings.TrimSpace(output) != want {
				t.Errorf("in %q, want %q", output, want)
			}
		})
	}
}

// A container in the host's pid namespace is an ordinary process of it.
func TestHostPidNamespace(t *testing.T) {
	for _, init := range []bool{false, true} {
		t.Run(fmt.Sprintf("init %t", init), func(t *testing.T) {
			cfg := shell(t, "readlink /proc/self/ns/pid; exit 3")
			cfg.Spec.Linux.Namespaces = cfg.Spec.Linux.Namespaces[1:]
			if init {
				withInit(t, &cfg)
			}
			want, _ := os.Readlink("/proc/self/ns/pid")
			output, status := run(t, cfg)
			if strings.TrimSpace(output) != want || status != 3 {
				t.Errorf("in %q, want %q; status %d", output, want, status)
			}
		})
	}
}

func TestRefusedSpecs(t *testing.T) {
	tests := []struct {
		name   string
		change func(*specs.Spec)
		words  string
	}{
		{"no program", func(s *specs.Spec) { s.Process.Args = nil }, "no program"},
		{"relative directory", func(s *specs.Spec) { s.Process.Cwd = "tmp" }, `"tmp": must be an absolute path`},
		{"NUL", func(s *specs.Spec) { s.Process.Env = []string{"A=\x00"} }, "NUL"},
		{"host mounts", func(s *specs.Spec) { s.Linux.Namespaces = s.Linux.Namespaces[:1] }, "mount namespace of its own"},
		{"time namespace", func(s *specs.Spec) {
			s.Linux.Namespaces = append(s.Linux.Namespaces, specs.LinuxNamespace{Type: specs.TimeNamespace})
		}, `"time": not supported`},
		{"twice", func(s *specs.Spec) { s.Linux.Namespaces = append(s.Linux.Namespaces, s.Linux.Namespaces[0]) }, "given twice"},
		{"host name of the host", func(s *specs.Spec) { s.Hostname = "x"; s.Linux.Namespaces = s.Linux.Namespaces[:2] }, "shares the host's UTS"},
		{"long host name", func(s *specs.Spec) { s.Hostname = strings.Repeat("x", 65) }, "at most 64"},
		{"host sysctl", func(s *specs.Spec) { s.Linux.Sysctl = map[string]string{"vm.swappiness": "1"} }, "whole host"},
		{"sysctl that climbs", func(s *specs.Spec) { s.Linux.Sysctl = map[string]string{"net/../vm/swappiness": "1"} }, "not a name"},
		{"hostname by sysctl", func(s *specs.Spec) { s.Linux.Sysctl = map[string]string{"kernel.hostname": "x"} }, "use the host name"},
		{"sysctl of the host's network", func(s *specs.Spec) {
			s.Linux.Sysctl = map[string]string{"net.ipv4.ip_forward": "1"}
			s.Linux.Namespaces = s.Linux.Namespaces[:4]
		}, "shares the host's network"},
		{"seccomp without an action", func(s *specs.Spec) { s.Linux.Seccomp = &specs.LinuxSeccomp{} }, "compiling the seccomp profile"},
		{"SELinux", func(s *specs.Spec) { s.Process.SelinuxLabel = "x" }, "SELinux labels are not supported"},
		{"unknown limit", func(s *specs.Spec) { s.Process.Rlimits = []specs.POSIXRlimit{{Type: "RLIMIT_X"}} }, `"x": no such limit`},
		{"soft above hard", func(s *specs.Spec) {
			s.Process.Rlimits = []specs.POSIXRlimit{{Type: "RLIMIT_CORE", Soft: 2, Hard: 1}}
		}, "above the hard limit 1"},
		{"unknown capability", func(s *specs.Spec) {
			s.Process.Capabilities = &specs.LinuxCapabilities{Bounding: []string{"CAP_FLY"}}
		}, `"CAP_FLY": no such capability`},
		{"mount on the root", func(s *specs.Spec) { s.Mounts = []specs.Mount{{Type: "tmpfs", Destination: "/x/.."}} }, "root itself"},
		{"relative mount", func(s *specs.Spec) { s.Mounts = []specs.Mount{{Type: "tmpfs", Destination: "x"}} }, "must be absolute"},
		{"bind with data", func(s *specs.Spec) {
			s.Mounts = []specs.Mount{{Source: "/tmp", Destination: "/x", Options: []string{"bind", "size=1"}}}
		}, `"size=1": not an option of a bind mount`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg := settings(t, "true")
			test.change(cfg.Spec)
			p, err := Create(cfg)
			if err == nil {
				p.kill()
				t.Fatal("accepted")
			}
			if !strings.Contains(err.Error(), test.words) {
				t.Errorf("got %q, want %q", err, test.words)
			}
		})
	}
}

func TestSysctls(t *testing.T) {
	cfg := shell(t, "cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/kernel/msgmax /proc/sys/net/ipv4/conf/lo/forwarding")
	cfg.Spec.Linux.Sysctl = map[string]string{
		"net.ipv4.ip_unprivileged_port_start": "7",
		"kernel.msgmax":                       "4242",
		"net/ipv4/conf/lo/forwarding":         "1",
	}
	if output, _ := run(t, cfg); output != "7\n4242\n1\n" {
		t.Errorf("sysctls %q", output)
	}
	cfg = shell(t, "true")
	cfg.Spec.Linux.Sysctl = map[string]string{"net.ipv4.nosuch": "7"}
	_, _, err := tryRun(t, cfg)
	wantStartError(t, err, 125, `setting sysctl "net.ipv4.nosuch" to "7"`)
	if host, _ := exec.Command("cat", "/proc/sys/kernel/msgmax").Output(); string(host) == "4242\n" {
		t.Error("the host's sysctl changed")
	}
}
