package container

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/internal/rival"
)

// outside makes a directory of the host that no container may reach.
func outside(t *testing.T) string {
	t.Helper()
	directory := t.TempDir()
	if err := os.WriteFile(filepath.Join(directory, "secret"), []byte("host"), 0o644); err != nil {
		t.Fatal(err)
	}
	return directory
}

func unchanged(t *testing.T, directory string) {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil || len(entries) != 1 || entries[0].Name() != "secret" {
		t.Errorf("the host's directory was changed: %v, %v", entries, err)
	}
}

// An image in which a directory of the system is a symbolic link would lead
// procfs, and what is written there, elsewhere.
func TestSystemDirectoryAsLink(t *testing.T) {
	for _, name := range []string{"proc", "sys", "dev"} {
		for _, target := range []string{"/tmp", "tmp", "../../../../../../..", "/dev/fd/1", "HOST"} {
			t.Run(name+" to "+target, func(t *testing.T) {
				host := outside(t)
				target := strings.Replace(target, "HOST", host, 1)
				cfg := shell(t, "echo ran > /ran")
				if err := os.Symlink(target, filepath.Join(upper(cfg), name)); err != nil {
					t.Fatal(err)
				}
				_, _, err := tryRun(t, cfg)
				wantStartError(t, err, 125, "")
				if _, err := os.Stat(filepath.Join(upper(cfg), "ran")); err == nil {
					t.Error("the program ran")
				}
				unchanged(t, host)
			})
		}
	}
}

func TestSystemDirectoryAsFile(t *testing.T) {
	cfg := settings(t, "true")
	if err := os.WriteFile(filepath.Join(upper(cfg), "proc"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, _, err := tryRun(t, cfg)
	wantStartError(t, err, 125, `on "/proc"`)
}

// Links on the way to a mount's target mean the image's own paths.
func TestTargetLinksStayInside(t *testing.T) {
	host := outside(t)
	for name, link := range map[string]string{
		"absolute": host,
		"climbing": strings.Repeat("../", 30) + host,
	} {
		t.Run(name, func(t *testing.T) {
			cfg := shell(t, "cat /way/in/x || true")
			if err := os.MkdirAll(filepath.Join(upper(cfg), host), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(link, filepath.Join(upper(cfg), "way")); err != nil {
				t.Fatal(err)
			}
			source := t.TempDir()
			if err := os.WriteFile(filepath.Join(source, "x"), []byte("volume"), 0o644); err != nil {
				t.Fatal(err)
			}
			cfg.Spec.Mounts = append(cfg.Spec.Mounts, specs.Mount{Destination: "/way/in", Source: source, Options: []string{"bind"}})
			if output, _ := run(t, cfg); output != "volume" {
				t.Errorf("got %q", output)
			}
			unchanged(t, host)
		})
	}
}

// A volume whose target the image leads into /proc could fake what the kernel
// says there.
func TestTargetLedIntoSystem(t *testing.T) {
	for _, link := range []string{"/proc", "/proc/self", "/sys", "/dev/../proc", "/dev"} {
		t.Run(link, func(t *testing.T) {
			cfg := settings(t, "true")
			if err := os.Symlink(link, filepath.Join(upper(cfg), "data")); err != nil {
				t.Fatal(err)
			}
			for _, destination := range []string{"/data", "/data/attr"} {
				cfg.Spec.Mounts = append(DefaultMounts(), specs.Mount{Destination: destination, Source: t.TempDir(), Options: []string{"bind"}})
				_, _, err := tryRun(t, cfg)
				wantStartError(t, err, 125, "")
			}
		})
	}
}

// A sibling that shares a volume moves the target of a mount back and forth
// between a directory and a link to the host. The mount lands in the volume or
// nowhere.
func TestTargetSwappedMeanwhile(t *testing.T) {
	needRoot(t)
	rounds := 200
	if testing.Short() {
		rounds = 20
	}
	host, volume, source := outside(t), t.TempDir(), t.TempDir()
	if err := os.Mkdir(filepath.Join(volume, "target"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(host, filepath.Join(volume, "link")); err != nil {
		t.Fatal(err)
	}
	defer rival.Exchange(filepath.Join(volume, "target"), filepath.Join(volume, "link"))()
	landed := 0
	for range rounds {
		cfg := shell(t, "grep -o ' /volume/[a-z]* ' /proc/self/mountinfo")
		cfg.Spec.Mounts = append(cfg.Spec.Mounts,
			specs.Mount{Destination: "/volume", Source: volume, Options: []string{"bind"}},
			specs.Mount{Destination: "/volume/target", Source: source, Options: []string{"bind"}},
		)
		output, _, err := tryRun(t, cfg)
		if err != nil {
			wantStartError(t, err, 125, "")
			continue
		}
		landed++
		if output != " /volume/target \n" && output != " /volume/link \n" {
			t.Fatalf("the mount landed elsewhere: %q", output)
		}
	}
	unchanged(t, host)
	if landed == 0 {
		t.Error("no container ever started")
	}
}

// The null device covers masked files; an image that puts another file in its
// place does not get to choose what is seen.
func TestNullDeviceOfTheImage(t *testing.T) {
	cfg := shell(t, "cat /proc/keys")
	dev := t.TempDir()
	if err := os.WriteFile(filepath.Join(dev, "null"), []byte("fake"), 0o666); err != nil {
		t.Fatal(err)
	}
	cfg.Spec.Mounts = []specs.Mount{
		DefaultMounts()[0],
		{Destination: "/dev", Source: dev, Options: []string{"rbind"}},
	}
	_, _, err := tryRun(t, cfg)
	wantStartError(t, err, 125, `masking "/proc/`)
	os.Remove(filepath.Join(dev, "null"))
	if err := os.Symlink("/proc/sys/kernel/core_pattern", filepath.Join(dev, "null")); err != nil {
		t.Fatal(err)
	}
	_, _, err = tryRun(t, cfg)
	wantStartError(t, err, 125, "is not the null device")
}

func TestDeviceOfTheImage(t *testing.T) {
	cfg := settings(t, "true")
	cfg.Spec.Mounts = cfg.Spec.Mounts[:1] // procfs alone, so that /dev is the image's
	if err := os.MkdirAll(filepath.Join(upper(cfg), "dev"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mknod(filepath.Join(upper(cfg), "dev/zero"), unix.S_IFCHR|0o666, int(unix.Mkdev(1, 1))); err != nil {
		t.Skipf("needs mknod: %v", err)
	}
	_, _, err := tryRun(t, cfg)
	wantStartError(t, err, 125, `making device "/dev/zero"`)
}

// WORKDIR through a descriptor that somebody left open would be a way out.
func TestWorkingDirectoryThroughDescriptors(t *testing.T) {
	cfg := settings(t, "true")
	for fd := range 20 {
		cfg.Spec.Process.Cwd = descriptor(0, "")[:6] + "self/fd/" + string(rune('0'+fd%10))
		_, _, err := tryRun(t, cfg)
		wantStartError(t, err, 125, "working directory")
	}
	p := start(t, settings(t, "sleep", "100"))
	for _, cwd := range []string{"/proc/self/fd/3", "/proc/self/fd/8", "/proc/thread-self/fd/7", "/proc/1/root", "/proc/1/cwd"} {
		process := &specs.Process{Args: []string{"true"}, Env: []string{"PATH=/bin"}, Cwd: cwd}
		_, err := Exec(target(p), ExecConfig{Process: process})
		wantStartErrorOneOf(t, err, "working directory")
	}
}

// The program that init was is on a mount that nobody can write to, even by
// its own name.
func TestOwnExecutableCannotBeWritten(t *testing.T) {
	cfg := shell(t, "echo x > /proc/1/exe && echo written; true")
	withInit(t, &cfg)
	output, _ := run(t, cfg)
	if strings.Contains(output, "written") || !strings.Contains(output, "Read-only file system") {
		t.Errorf("got %q", output)
	}
}
