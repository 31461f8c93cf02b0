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

func TestEnvironmentIsExact(t *testing.T) {
	cfg := settings(t, "cat", "/proc/1/environ")
	cfg.Spec.Process.Env = []string{"PATH=/bin", "HOME=/x", "EMPTY=", "LINES=a\nb", "BYTES=\xff\xfe"}
	if output, _ := run(t, cfg); output != "PATH=/bin\x00HOME=/x\x00EMPTY=\x00LINES=a\nb\x00BYTES=\xff\xfe\x00" {
		t.Errorf("environment %q", output)
	}
}

func TestHomeComesFromPasswd(t *testing.T) {
	for user, want := range map[string]string{"": "/root", "root": "/root", "web": "/srv/web", "12345": "/", "12345:5": "/"} {
		cfg := settings(t, "cat", "/proc/1/environ")
		cfg.Spec.Process.Env = []string{"PATH=/bin"}
		cfg.User = user
		if output, _ := run(t, cfg); output != "PATH=/bin\x00HOME="+want+"\x00" {
			t.Errorf("user %q: environment %q", user, output)
		}
	}
}

func TestOnlyStandardDescriptorsAreOpen(t *testing.T) {
	needRoot(t)
	leak, err := unix.Open("/etc", unix.O_RDONLY, 0) // not close-on-exec
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(leak)
	for _, init := range []bool{false, true} {
		t.Run(fmt.Sprintf("init %t", init), func(t *testing.T) {
			cfg := shell(t, "ls /proc/$$/fd; true")
			if init {
				withInit(t, &cfg)
			}
			if output, _ := run(t, cfg); output != "0\n1\n2\n" {
				t.Errorf("descriptors %q", output)
			}
			output, err := execOutput(t, start(t, settings(t, "sleep", "100")), ExecConfig{Process: &specs.Process{
				Args: []string{"sh", "-c", "ls /proc/$$/fd; true"}, Env: []string{"PATH=/bin"}, Cwd: "/",
			}})
			if err != nil || output != "0\n1\n2\n" {
				t.Errorf("descriptors after exec %q, %v", output, err)
			}
		})
	}
}

// What is not given is the container's null device, not the host's.
func TestMissingFilesAreNull(t *testing.T) {
	cfg := shell(t, "stat -Lc '%n %t:%T %d' /proc/$$/fd/0 /dev/null")
	output, _ := run(t, cfg)
	fields := strings.Fields(output)
	if len(fields) != 6 || fields[1] != "1:3" || fields[2] != fields[5] {
		t.Errorf("got %q", output)
	}
}

func TestUsers(t *testing.T) {
	for user, want := range map[string]string{
		"":        "0 0 0 10",
		"web":     "100 101 101 10",
		"100:7":   "100 7 7",
		"5:wheel": "5 10 10",
		"4711":    "4711 0 0",
	} {
		cfg := shell(t, "echo $(id -u) $(id -g) $(grep Groups: /proc/self/status | cut -f2)")
		cfg.User = user
		output, _ := run(t, cfg)
		got := strings.Fields(output)
		if strings.Join(got[:3], " ") != strings.Join(strings.Fields(want)[:3], " ") && !sameWords(got, strings.Fields(want)) {
			t.Errorf("user %q: %q, want %q", user, output, want)
		}
	}
}

func sameWords(a, b []string) bool {
	seen := make(map[string]int)
	for _, word := range a {
		seen[word]++
	}
	for _, word := range b {
		seen[word]--
	}
	for _, n := range seen {
		if n != 0 {
			return false
		}
	}
	return true
}

func TestUnknownUsers(t *testing.T) {
	for user, words := range map[string]string{
		"nosuch":     `resolving user "nosuch": no such user in the image's /etc/passwd`,
		"web:nosuch": "no such group",
		"4294967296": "0 to 2147483647",
		"-1":         "0 to 2147483647",
		"0x0":        "no such user",
	} {
		cfg := settings(t, "true")
		cfg.User = user
		_, _, err := tryRun(t, cfg)
		wantStartError(t, err, 125, words)
	}
}

func TestUserMayReopenItsOutput(t *testing.T) {
	cfg := shell(t, "echo a > /dev/stdout && echo b > /proc/self/fd/2")
	cfg.User = "web"
	if output, status := run(t, cfg); output != "a\nb\n" || status != 0 {
		t.Errorf("got %q, status %d", output, status)
	}
}

func TestWorkingDirectory(t *testing.T) {
	cfg := shell(t, "pwd; stat -c %u:%a .")
	cfg.User, cfg.Spec.Process.Cwd = "web", "/srv/new/place"
	if output, _ := run(t, cfg); output != "/srv/new/place\n0:755\n" {
		t.Errorf("got %q", output)
	}
	cfg = settings(t, "true")
	cfg.Spec.Process.Cwd = "/etc/passwd"
	_, _, err := tryRun(t, cfg)
	wantStartError(t, err, 125, `"/etc/passwd"`)
}

func TestProgramsThatDoNotStart(t *testing.T) {
	needRoot(t)
	tests := []struct {
		program string
		code    int
		words   string
	}{
		{"nosuch", 127, `starting "nosuch": executable file not found in $PATH`},
		{"/bin/nosuch", 127, `starting "/bin/nosuch": no such file or directory`},
		{"/etc/passwd/x", 127, "no such file"},
		{"/etc/passwd", 126, `starting "/etc/passwd": permission denied`},
		{"/etc", 126, "is a directory"},
		{"/bin/text", 126, "exec format error"},
		{"text", 126, "exec format error"},
		{"/bin/lost", 127, "interpreter or loader"},
		{"lost", 127, "interpreter or loader"},
		{"plain", 126, "permission denied"},
	}
	for _, init := range []bool{false, true} {
		for _, test := range tests {
			t.Run(fmt.Sprintf("%s init %t", test.program, init), func(t *testing.T) {
				cfg := settings(t, test.program)
				if init {
					withInit(t, &cfg)
				}
				addPrograms(t, cfg)
				_, _, err := tryRun(t, cfg)
				wantStartError(t, err, test.code, test.words)
			})
		}
	}
	p := start(t, func() Config { cfg := settings(t, "sleep", "100"); addPrograms(t, cfg); return cfg }())
	for _, test := range tests {
		t.Run(test.program+" exec", func(t *testing.T) {
			_, err := Exec(target(p), ExecConfig{Process: &specs.Process{
				Args: []string{test.program}, Env: []string{"PATH=/bin"}, Cwd: "/",
			}})
			wantStartError(t, err, test.code, test.words)
		})
	}
}

func addPrograms(t *testing.T, cfg Config) {
	t.Helper()
	bin := filepath.Join(upper(cfg), "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]struct {
		content string
		mode    os.FileMode
	}{"text": {"hello", 0o755}, "lost": {"#!/no/such/interpreter\n", 0o755}, "plain": {"#!/bin/sh\n", 0o644}} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(file.content), file.mode); err != nil {
			t.Fatal(err)
		}
	}
}

// The look-up is the user's: what root could run does not count.
func TestLookupIsTheUsers(t *testing.T) {
	cfg := settings(t, "tool")
	cfg.User = "web"
	cfg.Spec.Process.Env = []string{"PATH=/closed:/open"}
	for name, mode := range map[string]os.FileMode{"closed": 0o700, "open": 0o755} {
		directory := filepath.Join(upper(cfg), name)
		if err := os.Mkdir(directory, mode); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(directory, "tool"), []byte("#!/bin/sh\necho "+name+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if output, _ := run(t, cfg); output != "open\n" {
		t.Errorf("got %q", output)
	}
}

func TestExitStatuses(t *testing.T) {
	for script, want := range map[string]ExitStatus{
		"exit 0": 0, "exit 7": 7, "exit 255": 255,
		"sh -c 'kill -TERM $$'; exit $?": 143,
	} {
		if _, status := run(t, shell(t, script)); status != want {
			t.Errorf("%q: status %d, want %d", script, status, want)
		}
	}
}

func TestLimits(t *testing.T) {
	cfg := shell(t, "ulimit -n; ulimit -Hn; ulimit -c")
	cfg.Spec.Process.Rlimits = []specs.POSIXRlimit{
		{Type: "RLIMIT_NOFILE", Soft: 100, Hard: 200},
		{Type: "RLIMIT_CORE", Soft: 0, Hard: 0},
	}
	if output, _ := run(t, cfg); output != "100\n200\n0\n" {
		t.Errorf("got %q", output)
	}
}

func TestLimitAboveTheHardOne(t *testing.T) {
	cfg := settings(t, "true")
	var now unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &now); err != nil {
		t.Fatal(err)
	}
	cfg.Spec.Process.Rlimits = []specs.POSIXRlimit{{Type: "RLIMIT_NOFILE", Soft: now.Max + 1, Hard: now.Max + 1}}
	held, err := HeldCapabilities()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range held {
		if name == "CAP_SYS_RESOURCE" {
			t.Skip("this host can raise limits")
		}
	}
	_, err = Create(cfg)
	want := fmt.Sprintf(`setting ulimit "nofile=%d": above the hard limit %d and this host gives mydocker no CAP_SYS_RESOURCE; choose a lower value`, now.Max+1, now.Max)
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

func TestCapabilities(t *testing.T) {
	const script = "grep -E 'Cap|NoNewPrivs' /proc/self/status | tr '\\n' ' '"
	two := []string{"CAP_CHOWN", "CAP_KILL"}
	cfg := shell(t, script)
	cfg.Spec.Process.Capabilities = &specs.LinuxCapabilities{Bounding: two, Effective: two, Permitted: two}
	cfg.Spec.Process.NoNewPrivileges = true
	want := "CapInh: 0000000000000000 CapPrm: 0000000000000021 CapEff: 0000000000000021 CapBnd: 0000000000000021 CapAmb: 0000000000000000 NoNewPrivs: 1"
	if output, _ := run(t, cfg); strings.Join(strings.Fields(output), " ") != want {
		t.Errorf("root:\n got %s\nwant %s", output, want)
	}
	cfg = shell(t, script)
	cfg.User = "web"
	cfg.Spec.Process.Capabilities = &specs.LinuxCapabilities{
		Bounding: two, Effective: two[1:], Permitted: two[1:], Inheritable: two[1:], Ambient: two[1:],
	}
	want = "CapInh: 0000000000000020 CapPrm: 0000000000000020 CapEff: 0000000000000020 CapBnd: 0000000000000021 CapAmb: 0000000000000020 NoNewPrivs: 0"
	if output, _ := run(t, cfg); strings.Join(strings.Fields(output), " ") != want {
		t.Errorf("user with ambient:\n got %s\nwant %s", output, want)
	}
	cfg = shell(t, script)
	cfg.User = "web"
	cfg.Spec.Process.Capabilities = &specs.LinuxCapabilities{Bounding: two, Effective: two, Permitted: two}
	if output, _ := run(t, cfg); !strings.Contains(output, "CapEff:\t0000000000000000") {
		t.Errorf("user without ambient:\n%s", output)
	}
}

// What the caller ignored, blocked or had as its umask is its own business.
func TestProgramStartsWithDefaults(t *testing.T) {
	old := unix.Umask(0o077)
	defer unix.Umask(old)
	cfg := shell(t, "umask; grep -E 'Sig(Blk|Ign)' /proc/self/status | cut -f2", "cat /proc/self/oom_score_adj", "ps -o pid,pgid,sid 2>/dev/null | grep -c '1 *1 *1'")
	score := 500
	cfg.Spec.Process.OOMScoreAdj = &score
	output, _ := run(t, cfg)
	if !strings.HasPrefix(output, "0022\n0000000000000000\n0000000000000000\n500\n") {
		t.Errorf("got %q", output)
	}
}
