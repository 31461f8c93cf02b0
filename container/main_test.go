package container

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// image is the lower layer of every test's container: busybox and little else.
var image string

func TestMain(m *testing.M) {
	if IsInit(os.Args) {
		Init()
	}
	if role := os.Getenv("CONTAINER_TEST_ROLE"); role != "" {
		os.Exit(play(role))
	}
	os.Exit(runTests(m))
}

// placement is where the tests' containers are born. Without one they are made
// by a process of mydocker and not by a thread.
var placement = func() (Cgroup, error) { return here{}, nil }

// here is the cgroup of the tests themselves.
type here struct{}

func (here) OpenDirectory() (*os.File, error)      { return nil, nil }
func (here) OpenDirectoryOf(int) (*os.File, error) { return nil, nil }
func (here) OpenTasks() ([]*os.File, error)        { return nil, nil }
func (here) Join(int) error                        { return nil }

const byProcess = "CONTAINER_TEST_BY_PROCESS"

// All tests hold too when a process makes the container.
func TestByProcess(t *testing.T) {
	needRoot(t)
	if placement == nil {
		t.Skip("this is the run by process")
	}
	again := exec.Command("/proc/self/exe", "-test.short", "-test.timeout=5m")
	again.Env = append(os.Environ(), byProcess+"=1")
	if output, err := again.CombinedOutput(); err != nil {
		t.Errorf("%v:\n%s", err, output)
	}
}

func runTests(m *testing.M) int {
	if os.Getenv(byProcess) != "" {
		placement = nil
	}
	if os.Geteuid() != 0 {
		return m.Run()
	}
	if os.Getenv(withoutClone3) != "" {
		if err := refuseClone3(); err != nil {
			panic(err)
		}
	}
	var err error
	if image, err = os.MkdirTemp("", "mydocker-container-image-"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(image)
	if err := fillImage(image); err != nil {
		panic(err)
	}
	result := m.Run()
	if left := leftovers(); left != "" {
		fmt.Println("left behind:", left)
		return 1
	}
	return result
}

// leftovers tells of processes and mounts that outlived the tests.
func leftovers() string {
	if _, err := unix.Wait4(-1, nil, unix.WNOHANG, nil); err != unix.ECHILD {
		return "processes"
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return err.Error()
	}
	for line := range strings.Lines(string(mounts)) {
		if strings.Contains(line, image) {
			return line
		}
	}
	return ""
}

func fillImage(root string) error {
	for _, directory := range []string{"bin", "etc", "root", "tmp"} {
		if err := os.Mkdir(filepath.Join(root, directory), 0o755); err != nil {
			return err
		}
	}
	busybox, err := os.ReadFile("/bin/busybox")
	if err != nil {
		return err
	}
	files := map[string]string{
		"etc/passwd": "root:x:0:0:root:/root:/bin/sh\nweb:x:100:101::/srv/web:/bin/sh\n",
		"etc/group":  "root:x:0:\nwheel:x:10:root,web\nweb:x:101:\n",
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(root, "bin/busybox"), busybox, 0o755); err != nil {
		return err
	}
	applets, err := exec.Command("/bin/busybox", "--list").Output()
	if err != nil {
		return err
	}
	for _, applet := range strings.Fields(string(applets)) {
		os.Symlink("busybox", filepath.Join(root, "bin", applet)) // busybox itself exists
	}
	return nil
}

func needRoot(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
}

// withInit keeps mydocker as the container's PID 1, which takes a static test
// binary; one that was built for the race detector is not.
func withInit(t testing.TB, cfg *Config) {
	t.Helper()
	needStatic(t)
	cfg.Init = true
}

// needStatic skips a test where the test binary has a C library, which mydocker
// has not.
func needStatic(t testing.TB) {
	t.Helper()
	binary, err := elf.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer binary.Close()
	for _, segment := range binary.Progs {
		if segment.Type == elf.PT_INTERP {
			t.Skip("needs a static test binary")
		}
	}
}

// settings gives a container with an overlay of its own on the image.
func settings(t testing.TB, arguments ...string) Config {
	t.Helper()
	needRoot(t)
	layers := t.TempDir()
	for _, name := range []string{"upper", "work"} {
		if err := os.Mkdir(filepath.Join(layers, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return Config{
		ID:     "test",
		Cgroup: placement,
		Spec: &specs.Spec{
			Process: &specs.Process{
				Args: arguments,
				Env:  []string{"PATH=/bin", "HOME=/root"},
				Cwd:  "/",
			},
			Root:   &specs.Root{},
			Mounts: DefaultMounts(),
			Linux: &specs.Linux{
				Namespaces: []specs.LinuxNamespace{
					{Type: specs.PIDNamespace}, {Type: specs.MountNamespace}, {Type: specs.UTSNamespace},
					{Type: specs.IPCNamespace}, {Type: specs.NetworkNamespace}, {Type: specs.CgroupNamespace},
				},
				MaskedPaths:   DefaultMaskedPaths(),
				ReadonlyPaths: DefaultReadonlyPaths(),
			},
		},
		Rootfs: specs.Mount{Type: "overlay", Source: "overlay", Options: []string{
			"lowerdir=" + image,
			"upperdir=" + filepath.Join(layers, "upper"),
			"workdir=" + filepath.Join(layers, "work"),
		}},
	}
}

// upper is the writable layer that settings gave a container.
func upper(cfg Config) string {
	return strings.TrimPrefix(cfg.Rootfs.Options[1], "upperdir=")
}

// shell gives a container that runs a shell script.
func shell(t testing.TB, lines ...string) Config {
	t.Helper()
	return settings(t, "sh", "-c", strings.Join(lines, "\n"))
}

// run runs a container to its end and gives what it wrote.
func run(t testing.TB, cfg Config) (output string, status ExitStatus) {
	t.Helper()
	output, status, err := tryRun(t, cfg)
	if err != nil {
		t.Fatalf("starting: %v\n%s", err, output)
	}
	return output, status
}

func tryRun(t testing.TB, cfg Config) (output string, status ExitStatus, err error) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	cfg.Stdout, cfg.Stderr = write, write
	p, err := Create(cfg)
	if err != nil {
		write.Close()
		return "", 0, err
	}
	err = p.Start()
	write.Close()
	output = drain(t, read)
	if err != nil {
		return output, 0, err
	}
	status, err = p.Wait()
	return output, status, err
}

// drain reads a pipe to its end, which has to come.
func drain(t testing.TB, file *os.File) string {
	t.Helper()
	file.SetReadDeadline(time.Now().Add(20 * time.Second))
	var text bytes.Buffer
	if _, err := text.ReadFrom(file); err != nil {
		t.Fatalf("reading output: %v; so far:\n%s", err, text.String())
	}
	return text.String()
}

// start starts a container that is to be running for a while.
func start(t testing.TB, cfg Config) *Process {
	t.Helper()
	p, err := Create(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.kill() })
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// within fails the test when something takes forever.
func within(t testing.TB, what string, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatalf("%s: hangs", what)
	}
}

// eventually waits until something is true.
func eventually(t testing.TB, what string, check func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !check() {
		if time.Now().After(deadline) {
			t.Fatalf("%s: did not happen", what)
		}
		time.Sleep(time.Millisecond)
	}
}

func wantStartError(t testing.TB, err error, code int, words string) {
	t.Helper()
	var start *StartError
	if !errors.As(err, &start) || start.ExitCode() != code || !strings.Contains(err.Error(), words) {
		t.Errorf("got error %v (%+v), want exit code %d and %q", err, start, code, words)
	}
}

func descriptor(pid int, name string) string {
	return fmt.Sprintf("/proc/%d/%s", pid, name)
}
