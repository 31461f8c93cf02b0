package seccomp

import (
	"encoding/json"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	profiles "github.com/moby/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// The bytes in the source are what the generator makes of the profile, and
// nothing in the profile waits for a kernel that some host may not have.
func TestPrecompiledIsCompiled(t *testing.T) {
	for _, goarch := range []string{"amd64", "arm64"} {
		oldest, err := Precompile(goarch)
		if err != nil {
			t.Fatal(err)
		}
		if oldest.Program != precompiled(goarch) || oldest.Flags != 0 {
			t.Errorf("%s: the precompiled filter is not the default profile's; run go generate ./container/seccomp", goarch)
		}
		newest, err := compileDefault(circumstances{goarch, DefaultCapabilities(), profiles.KernelVersion{Kernel: 99}})
		if err != nil || newest.Program != oldest.Program {
			t.Errorf("%s: the default profile depends on the kernel's version (%v)", goarch, err)
		}
	}
}

func TestDefaultTakesThePrecompiledOne(t *testing.T) {
	shuffled := DefaultCapabilities()
	slices.Reverse(shuffled)
	filter, err := Default(shuffled)
	if err != nil || filter.Program != precompiled(runtime.GOARCH) {
		t.Errorf("got another filter (%v)", err)
	}
	more, err := Default(append(shuffled, "CAP_SYS_ADMIN"))
	if err != nil || more.Program == filter.Program {
		t.Errorf("a capability more made no difference (%v)", err)
	}
}

// What the default profile is there for, in numbers that stay the same.
func TestDefaultVerdicts(t *testing.T) {
	code := decode(t, precompiled("amd64"))
	const eperm, enosys = errno | verdict(unix.EPERM), errno | verdict(unix.ENOSYS)
	for _, test := range []struct {
		what string
		attempt
		want verdict
	}{
		{"read", amd64(0), allow},
		{"mount", amd64(165), eperm},
		{"unshare", amd64(272), eperm},
		{"keyctl", amd64(250), eperm},
		{"io_uring_setup", amd64(425), eperm},
		{"userfaultfd", amd64(323), eperm},
		{"clone, a thread's", amd64(56, 0x3d0f00), allow},
		{"clone with CLONE_NEWUSER", amd64(56, 0x10000000), eperm},
		{"clone with CLONE_NEWNS among others", amd64(56, 0x3f0f00), eperm},
		{"clone3", amd64(435), enosys},
		{"a call of a later kernel", amd64(800), enosys},
		{"socket AF_UNIX", amd64(41, 1), allow},
		{"socket AF_NETLINK", amd64(41, 16), allow},
		{"socket AF_ALG", amd64(41, 38), eperm},
		{"socket AF_VSOCK", amd64(41, 40), eperm},
		{"socket AF_ALG in the lower half", amd64(41, 1<<32|38), eperm},
		{"personality, asking", amd64(135, 0xffffffff), allow},
		{"personality ADDR_NO_RANDOMIZE", amd64(135, 0x40000), eperm},
		{"x32 read", amd64(x32Bit), killProcess},
		{"i386 restart_syscall", attempt{0, unix.AUDIT_ARCH_I386, [6]uint64{}}, killProcess},
	} {
		if got := simulate(code, test.attempt); got != test.want {
			t.Errorf("%s: got %#x, want %#x", test.what, uint32(got), uint32(test.want))
		}
	}
}

func amd64(number uint32, arguments ...uint64) attempt {
	a := attempt{number: number, architecture: unix.AUDIT_ARCH_X86_64}
	copy(a.arguments[:], arguments)
	return a
}

// The library that the profile comes from resolves conditions to the same.
func TestResolveAgainstLibrary(t *testing.T) {
	for name, capabilities := range capabilitySets() {
		spec := &specs.Spec{Process: &specs.Process{Capabilities: &specs.LinuxCapabilities{Bounding: capabilities}}}
		want, err := profiles.GetDefaultProfile(spec)
		if err != nil {
			t.Fatal(err)
		}
		got := resolved(t, runtime.GOARCH, capabilities)
		if !reflect.DeepEqual(got.Syscalls, want.Syscalls) {
			t.Errorf("%s: the rules differ", name)
		}
	}
}

// Profiles as people have them: docker's own file, one in the runtime-spec's
// words, an old one with single names, and one that denies a few calls.
func TestParse(t *testing.T) {
	for _, test := range []struct {
		name, text string
		allowed    []string
		denied     []string
	}{
		{"spec", `{"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_AARCH64"],
			"syscalls":[{"names":["execve","exit_group","read"],"action":"SCMP_ACT_ALLOW"}]}`,
			[]string{"read"}, []string{"write"}},
		{"single", `{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"name":"execve","action":"SCMP_ACT_ALLOW"},
			{"name":"exit_group","action":"SCMP_ACT_ALLOW"}]}`, []string{"execve"}, []string{"read"}},
		{"denying", `{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdirat","chown32"],"action":"SCMP_ACT_ERRNO"}]}`,
			[]string{"read"}, []string{"mkdirat"}},
		{"conditional", `{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["execve","exit_group"],"action":"SCMP_ACT_ALLOW"},
			{"names":["mount"],"action":"SCMP_ACT_ALLOW","includes":{"caps":["CAP_SYS_ADMIN"]}},
			{"names":["chroot"],"action":"SCMP_ACT_ALLOW","excludes":{"caps":["CAP_SYS_ADMIN"]}},
			{"names":["read"],"action":"SCMP_ACT_ALLOW","includes":{"minKernel":"5.0"}},
			{"names":["write"],"action":"SCMP_ACT_ALLOW","excludes":{"minKernel":"5.0"}}]}`,
			[]string{"chroot", "read"}, []string{"mount", "write"}},
	} {
		filter, err := Parse([]byte(test.text), DefaultCapabilities())
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		code, own := decode(t, filter.Program), mustFind(t, runtime.GOARCH)
		verdictOn := func(name string) verdict {
			number, found := own.number(name)
			if !found {
				t.Fatalf("no call %q", name)
			}
			return simulate(code, attempt{number: number, architecture: own.audit})
		}
		for _, name := range test.allowed {
			if got := verdictOn(name); got != allow {
				t.Errorf("%s: %s got %#x", test.name, name, uint32(got))
			}
		}
		for _, name := range test.denied {
			if got := verdictOn(name); !got.isDenying() {
				t.Errorf("%s: %s got %#x", test.name, name, uint32(got))
			}
		}
	}
}

// dockers is the default profile as the file that people copy and change.
func dockers(t testing.TB) []byte {
	text, err := json.Marshal(profiles.DefaultProfile())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Docker's own file gives what it gives in docker: the default profile, and on
// machines that have one the older interface.
func TestParseDockersOwn(t *testing.T) {
	filter, err := Parse(dockers(t), DefaultCapabilities())
	if err != nil {
		t.Fatal(err)
	}
	code, own := decode(t, filter.Program), mustFind(t, runtime.GOARCH)
	standard := decode(t, precompiled(runtime.GOARCH))
	for _, number := range numbers() {
		a := attempt{number: number, architecture: own.audit}
		if got, want := simulate(code, a), simulate(standard, a); got != want {
			t.Errorf("%s: got %#x, want %#x", a, uint32(got), uint32(want))
		}
	}
	older := mustFind(t, compatible(runtime.GOARCH))
	read, _ := older.number("read")
	if got := simulate(code, attempt{number: read, architecture: older.audit}); got != allow {
		t.Errorf("read of the older interface: got %#x", uint32(got))
	}
}

func TestParseRefuses(t *testing.T) {
	const head = `{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[`
	for text, words := range map[string]string{
		"":                          "JSON",
		"{}":                        "defaultAction",
		`{"defaultAction":"ALLOW"}`: `"ALLOW"`,
		`{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86"],"archMap":[{"architecture":"SCMP_ARCH_X86_64"}]}`: "archMap",
		`{"defaultAction":"SCMP_ACT_ERRNO"}`:                                     `"execve"`,
		`{"defaultAction":"SCMP_ACT_ALLOW","flags":["SECCOMP_FILTER_FLAG_NEW"]}`: `"SECCOMP_FILTER_FLAG_NEW"`,
		`{"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"/run/s"}`:             "listenerPath",
		head + `null]}`: "null",
		head + `{"names":[],"action":"SCMP_ACT_ERRNO"}]}`:                                               "no system call",
		head + `{"name":"read","names":["write"],"action":"SCMP_ACT_ERRNO"}]}`:                          `"read"`,
		head + `{"names":["nosuchcall"],"action":"SCMP_ACT_ERRNO"}]}`:                                   `"nosuchcall"`,
		head + `{"names":["exit_group"],"action":"SCMP_ACT_KILL"}]}`:                                    `"exit_group"`,
		head + `{"names":["read"],"action":"SCMP_ACT_NOTIFY"}]}`:                                        "SCMP_ACT_NOTIFY",
		head + `{"names":["read"],"action":"SCMP_ACT_ERRNO","errnoRet":5000}]}`:                         "5000",
		head + `{"names":["read"],"action":"SCMP_ACT_KILL","errnoRet":1}]}`:                             "errnoRet",
		head + `{"names":["read"],"action":"SCMP_ACT_ERRNO","args":[{"index":6,"op":"SCMP_CMP_EQ"}]}]}`: "argument 6",
		head + `{"names":["read"],"action":"SCMP_ACT_ERRNO","args":[{"index":0,"op":"=="}]}]}`:          `"=="`,
	} {
		_, err := Parse([]byte(text), nil)
		if err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: got %v, want %q", text, err, words)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(dockers(f))
	denying, err := os.ReadFile("testdata/deny.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(denying)
	machineHere, _ := find(runtime.GOARCH)
	f.Fuzz(func(t *testing.T, text []byte) {
		filter, err := Parse(text, DefaultCapabilities())
		if err != nil {
			return
		}
		code := decode(t, filter.Program)
		for _, number := range []uint32{0, 41, 56, 500, x32Bit, noCall} {
			simulate(code, attempt{number: number, architecture: machineHere.audit})
		}
	})
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		if _, err := Default([]string{"CAP_SYS_ADMIN"}); err != nil {
			b.Fatal(err)
		}
	}
}
