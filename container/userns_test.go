package container

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// What the tests' containers are on the host.
const firstID, manyIDs = 0x70000000, 65536

func mapping() []specs.LinuxIDMapping {
	return []specs.LinuxIDMapping{{ContainerID: 0, HostID: firstID, Size: manyIDs}}
}

// mapped gives a container a user namespace of its own.
func mapped(t testing.TB, cfg Config) Config {
	t.Helper()
	needMapping(t)
	l := cfg.Spec.Linux
	l.Namespaces = append(l.Namespaces, specs.LinuxNamespace{Type: specs.UserNamespace})
	l.UIDMappings, l.GIDMappings = mapping(), mapping()
	return cfg
}

func needMapping(t testing.TB) {
	t.Helper()
	trial, err := NewTrial()
	if err != nil {
		t.Fatal(err)
	}
	defer trial.Close()
	if err := trial.Check(image, false); err != nil {
		t.Skip(err)
	}
}

// owner gives whom a file of the host belongs to.
func owner(t testing.TB, path string) string {
	t.Helper()
	var about unix.Stat_t
	if err := unix.Lstat(path, &about); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d:%d", about.Uid, about.Gid)
}

func TestMappedRootIsRootInside(t *testing.T) {
	cfg := mapped(t, shell(t,
		"id -u; id -g; tr -s ' ' < /proc/self/uid_map",
		"stat -c %u:%g / /bin/busybox /etc/passwd",
		"hostname",
	))
	cfg.Spec.Hostname = "inside"
	output, _ := run(t, cfg)
	want := fmt.Sprintf("0\n0\n 0 %d %d\n0:0\n0:0\n0:0\ninside\n", firstID, manyIDs)
	if output != want {
		t.Errorf("got %q, want %q", output, want)
	}
}

// Whatever a mapped container does to its files, the layer on disk is as that
// of any other container.
func TestMappedLayerHasTheContainersIDs(t *testing.T) {
	cfg := mapped(t, shell(t,
		"touch /new; chown 33:34 /new",       // a new file
		"echo changed >> /etc/passwd",        // copied up
		"rm /etc/group; mv /root /elsewhere", // whiteouts
		"mkdir /etc/deep; mknod /etc/pipe p",
		"chown 5:6 /tmp",
	))
	if output, status := run(t, cfg); status != 0 {
		t.Fatalf("exit status %d: %s", status, output)
	}
	for name, want := range map[string]string{
		"new": "33:34", "etc/passwd": "0:0", "etc/group": "0:0", "root": "0:0", "elsewhere": "0:0",
		"etc/deep": "0:0", "etc/pipe": "0:0", "tmp": "5:6", "etc": "0:0",
	} {
		if got := owner(t, filepath.Join(upper(cfg), name)); got != want {
			t.Errorf("%s belongs on disk to %s, want %s", name, got, want)
		}
	}
	output, _ := run(t, withLayersOf(cfg, shell(t, "stat -c %u:%g /new /tmp; ls /etc")))
	if output != "33:34\n5:6\ndeep\nhostname\npasswd\npipe\n" && output != "33:34\n5:6\ndeep\npasswd\npipe\n" {
		t.Errorf("without a user namespace the layer holds %q", output)
	}
}

// withLayersOf gives a container the root of another one.
func withLayersOf(other, cfg Config) Config {
	cfg.Rootfs = other.Rootfs
	return cfg
}

// Many layers, whose options are too long for fsconfig(2) on older kernels.
func TestMappedContainerOfManyLayers(t *testing.T) {
	cfg := mapped(t, shell(t, "stat -c %u:%g /layer* | uniq -c | tr -s ' '; echo x >> /layer7 && rm /layer8 && echo wrote"))
	lower := image
	for number := range 20 {
		layer := filepath.Join(t.TempDir(), "layer,with:odd name")
		if err := os.Mkdir(layer, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(layer, fmt.Sprint("layer", number)), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		lower = strings.NewReplacer(",", `\,`, ":", `\:`).Replace(layer) + ":" + lower
	}
	cfg.Rootfs.Options[0] = "lowerdir=" + lower
	output, _ := run(t, cfg)
	if output != " 20 0:0\nwrote\n" {
		t.Errorf("got %q", output)
	}
}

func TestMappedVolumes(t *testing.T) {
	volume, file := t.TempDir(), filepath.Join(t.TempDir(), "file")
	for _, secret := range []string{filepath.Join(volume, "secret"), file} {
		if err := os.WriteFile(secret, []byte("secret\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg := mapped(t, shell(t,
		"stat -c %u /mapped/secret /plain/secret /file",
		"cat /mapped/secret /file",
		"cat /plain/secret 2> /dev/null || echo closed",
		"touch /plain/new 2> /dev/null || echo closed",
		"touch /mapped/new; chown 7:8 /mapped/new",
		"touch /ro/new 2> /dev/null || echo closed",
	))
	cfg.Spec.Mounts = append(cfg.Spec.Mounts,
		specs.Mount{Destination: "/mapped", Source: volume, Options: []string{"rbind", "ridmap"}},
		specs.Mount{Destination: "/file", Source: file, Options: []string{"bind", "idmap"}},
		specs.Mount{Destination: "/ro", Source: volume, Options: []string{"rbind", "ridmap", "ro"}},
		specs.Mount{Destination: "/plain", Source: volume, Options: []string{"rbind"}})
	output, _ := run(t, cfg)
	if output != "0\n65534\n0\nsecret\nsecret\nclosed\nclosed\nclosed\n" {
		t.Errorf("got %q", output)
	}
	if got := owner(t, filepath.Join(volume, "new")); got != "7:8" {
		t.Errorf("a new file belongs on disk to %s", got)
	}
}

// The devices are the host's, which nobody may change.
func TestMappedDevices(t *testing.T) {
	before := owner(t, "/dev/null")
	cfg := mapped(t, shell(t,
		"for d in null zero full random urandom tty; do test -c /dev/$d || echo no $d; done",
		"echo x > /dev/null; head -c 3 /dev/zero | wc -c",
		"chmod 600 /dev/null 2> /dev/null || echo kept; chown 1 /dev/null 2> /dev/null || echo kept",
		"mknod /zero c 1 5 2> /dev/null || echo none",
	))
	output, _ := run(t, cfg)
	if output != "3\nkept\nkept\nnone\n" {
		t.Errorf("got %q", output)
	}
	if after := owner(t, "/dev/null"); after != before {
		t.Errorf("/dev/null of the host belongs to %s now", after)
	}
}

func TestMappedSettings(t *testing.T) {
	score := 700
	cfg := mapped(t, shell(t,
		"cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax /proc/self/oom_score_adj",
		"ulimit -n; echo out > /dev/stdout",
	))
	cfg.Spec.Linux.Sysctl = map[string]string{"net.ipv4.ip_forward": "1", "kernel.msgmax": "9999"}
	cfg.Spec.Process.OOMScoreAdj = &score
	cfg.Spec.Process.Rlimits = []specs.POSIXRlimit{{Type: "RLIMIT_NOFILE", Soft: 200, Hard: 300}}
	if output, _ := run(t, cfg); output != "1\n9999\n700\n200\nout\n" {
		t.Errorf("got %q", output)
	}
}

// Set-user-ID programs make their users the container's root, not the host's.
func TestMappedSetUserID(t *testing.T) {
	cfg := mapped(t, shell(t, "/bin/su -c 'id -u; cat /proc/self/uid_map | tr -s \" \"'"))
	cfg.User = "100"
	busybox, err := os.ReadFile("/bin/busybox")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"bin/su": busybox, "etc/passwd": []byte("root::0:0::/:/bin/sh\nweb:x:100:101::/:/bin/sh\n")} {
		path := filepath.Join(upper(cfg), name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(upper(cfg), "bin/su"), 0o755|os.ModeSetuid); err != nil {
		t.Fatal(err)
	}
	if output, _ := run(t, cfg); output != fmt.Sprintf("0\n 0 %d %d\n", firstID, manyIDs) {
		t.Errorf("got %q", output)
	}
}

func TestMappedTerminalAndInit(t *testing.T) {
	cfg := mapped(t, shell(t, "test -t 0 && stat -c %u:%g $(tty) && id -u"))
	withInit(t, &cfg)
	cfg.Spec.Process.Terminal = true
	cfg.User = "web"
	p, err := Create(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	defer p.Console().Close()
	var output strings.Builder
	buffer := make([]byte, 1000)
	for {
		n, err := p.Console().Read(buffer)
		output.Write(buffer[:n])
		if err != nil {
			break
		}
	}
	if _, err := p.Wait(); err != nil || output.String() != "100:5\r\n100\r\n" {
		t.Errorf("got %q, %v", output.String(), err)
	}
}

func TestExecInMapped(t *testing.T) {
	p := start(t, mapped(t, settings(t, "sleep", "100")))
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	process := script("id -u; id -g; tr -s ' ' < /proc/self/uid_map; echo out > /dev/stdout; ulimit -n")
	process.Rlimits = []specs.POSIXRlimit{{Type: "RLIMIT_NOFILE", Soft: 200, Hard: 300}}
	q, err := Exec(target(p), ExecConfig{
		Process: process, User: "web", Stdout: write, Stderr: write,
		UIDMappings: mapping(), GIDMappings: mapping(),
	})
	write.Close()
	if err != nil {
		t.Fatal(err)
	}
	if output := drain(t, read); output != fmt.Sprintf("100\n101\n 0 %d %d\nout\n200\n", firstID, manyIDs) {
		t.Errorf("got %q", output)
	}
	q.Wait()
	status, err := os.ReadFile(descriptor(p.Pid(), "status"))
	if want := strings.Repeat(fmt.Sprintf("\t%d", firstID), 4); err != nil || !strings.Contains(string(status), "Uid:"+want+"\n") {
		t.Errorf("on the host the container is %s, %v", status, err)
	}
}

func TestUserThatIsNotMapped(t *testing.T) {
	cfg := mapped(t, settings(t, "true"))
	cfg.User = "65536"
	_, _, err := tryRun(t, cfg)
	wantStartError(t, err, 125, "becoming user 65536: the container's user namespace has no such ID")
	cfg.User = "0:70000"
	_, _, err = tryRun(t, cfg)
	wantStartError(t, err, 125, "becoming a member of group 70000")
	p := start(t, mapped(t, settings(t, "sleep", "100")))
	_, err = Exec(target(p), ExecConfig{Process: script("true"), User: "65536", UIDMappings: mapping(), GIDMappings: mapping()})
	wantStartError(t, err, 125, "becoming user 65536")
}

// What cannot be mapped is an error before the program runs, and leaves
// nothing.
func TestVolumeThatCannotBeMapped(t *testing.T) {
	cfg := mapped(t, shell(t, "echo ran > /ran"))
	cfg.Spec.Mounts = append(cfg.Spec.Mounts, specs.Mount{Destination: "/data", Source: "/proc/sys", Options: []string{"rbind", "ridmap"}})
	_, err := Create(cfg)
	wantStartError(t, err, 125, "mapping IDs: the file system, proc,")
	if _, err := os.Stat(filepath.Join(upper(cfg), "ran")); err == nil {
		t.Error("the program ran")
	}
}

func TestValidateMapping(t *testing.T) {
	valid := func() Config { return mapped(t, settings(t, "true")) }
	for words, spoil := range map[string]func(cfg *Config){
		"shares the host's user namespace": func(cfg *Config) {
			cfg.Spec.Linux.Namespaces = cfg.Spec.Linux.Namespaces[:6]
		},
		"must have a new network namespace": func(cfg *Config) {
			cfg.Spec.Linux.Namespaces[4].Path = "/proc/1/ns/net"
		},
		"root must have a user and a group ID": func(cfg *Config) {
			cfg.Spec.Linux.GIDMappings = nil
		},
		"the container has the host's IDs": func(cfg *Config) {
			cfg.Spec = settings(t, "true").Spec
			cfg.Spec.Mounts = append(cfg.Spec.Mounts, specs.Mount{Destination: "/x", Source: "/tmp", Options: []string{"bind", "idmap"}})
		},
		"only for bind mounts": func(cfg *Config) {
			cfg.Spec.Mounts = append(cfg.Spec.Mounts, specs.Mount{Destination: "/x", Type: "tmpfs", Options: []string{"idmap"}})
		},
	} {
		cfg := valid()
		spoil(&cfg)
		if _, err := Create(cfg); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("got %v, want %q", err, words)
		}
	}
}
