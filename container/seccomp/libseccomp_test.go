package seccomp

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	profiles "github.com/moby/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// libseccomp compiles the same rules for the tests below; both programs then
// have to answer alike for every system call.

// emitter is the program that has libseccomp do it, built once.
var emitter = sync.OnceValues(func() (string, error) {
	directory, err := os.MkdirTemp("", "emit")
	if err != nil {
		return "", err
	}
	path := filepath.Join(directory, "emit")
	output, err := exec.Command("gcc", "-Wall", "-Werror", "-o", path, "testdata/emit.c", "-lseccomp").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building emit.c: %w:\n%s\ninstall gcc and libseccomp-dev (scripts/test.sh does)", err, output)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	status := m.Run()
	if path, err := emitter(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(status)
}

// needLibseccomp passes over the test on a machine that has no compiler: the
// virtual one, to which all programs are brought, and a user's.
func needLibseccomp(t *testing.T) string {
	t.Helper()
	path, err := emitter()
	if err != nil && (os.Getuid() != 0 || os.Getenv("MYDOCKER_TEST_BINARY") != "") {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// request is the question to libseccomp.
type request struct {
	profile *specs.LinuxSeccomp
	own     machine
	older   *machine
	byName  bool // where libseccomp has to find another machine's number
}

// emit gives libseccomp's program, and the names that it does not know.
func (r request) emit(t *testing.T) (code []unix.SockFilter, unknown []string) {
	t.Helper()
	fallback, err := readAction(r.profile.DefaultAction, r.profile.DefaultErrnoRet)
	if err != nil {
		t.Fatal(err)
	}
	older := uint32(0)
	if r.older != nil {
		older = r.older.audit
	}
	lines := r.lines(t, fallback)
	command := exec.Command(needLibseccomp(t))
	command.Stdin = strings.NewReader(fmt.Sprintf("%x %x %x %x %x\n%s", uint32(fallback), uint32(killProcess),
		r.own.audit, older, len(lines), strings.Join(lines, "\n")))
	var complaints bytes.Buffer
	command.Stderr = &complaints
	program, err := command.Output()
	if err != nil {
		t.Fatalf("asking libseccomp: %v: %s", err, complaints.String())
	}
	return decode(t, string(program)), strings.Fields(complaints.String())
}

// lines lists the rules as runc hands them to libseccomp.
func (r request) lines(t *testing.T, fallback verdict) (lines []string) {
	for _, call := range r.profile.Syscalls {
		verdict, err := readAction(call.Action, call.ErrnoRet)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range call.Names {
			number, found := r.own.number(name)
			id := fmt.Sprintf("%x -", number)
			if r.byName {
				id = "0 " + name
			}
			if verdict == fallback || !found && !r.byName {
				continue
			}
			for _, arguments := range conditions(call.Args) {
				lines = append(lines, fmt.Sprintf("%s %x %s", id, uint32(verdict), arguments))
			}
		}
	}
	return lines
}

func conditions(arguments []specs.LinuxSeccompArg) []string {
	var words []string
	seen, twice := map[uint]bool{}, false
	for _, a := range arguments {
		words = append(words, fmt.Sprintf("%x %s %x %x", a.Index, a.Op, a.Value, a.ValueTwo))
		twice = twice || seen[a.Index]
		seen[a.Index] = true
	}
	if !twice {
		return []string{fmt.Sprintf("%x %s", len(words), strings.Join(words, " "))}
	}
	for i := range words {
		words[i] = "1 " + words[i]
	}
	return words
}

// compare has both programs answer for every number and for arguments at which
// a rule could change its mind.
func (r request) compare(t *testing.T, own Filter) {
	t.Helper()
	ours := decode(t, own.Program)
	theirs, unknown := r.emit(t)
	fallback, _ := readAction(r.profile.DefaultAction, r.profile.DefaultErrnoRet)
	attempts, differences := 0, 0
	for _, m := range r.machines() {
		passed := numbersOf(m, unknown)
		last := r.last(m)
		for _, number := range numbers() {
			if slices.Contains(passed, number) {
				continue
			}
			for _, arguments := range r.arguments(m, number) {
				a := attempt{number, m.audit, arguments}
				want := simulate(theirs, a)
				if fallback.isDenying() && number > last && !(m.x32 && number >= x32Bit) {
					want = errno | verdict(unix.ENOSYS) // runc's addition
				}
				attempts++
				if got := simulate(ours, a); got != want && differences < 10 {
					differences++
					t.Errorf("%s: got %#x, want %#x", a, uint32(got), uint32(want))
				}
			}
		}
	}
	t.Logf("%d attempts; ours has %d instructions, libseccomp's %d", attempts, len(ours), len(theirs))
}

func (r request) machines() []machine {
	list := []machine{r.own}
	if r.older != nil {
		list = append(list, *r.older)
	}
	// One of which the profile does not speak: everything is denied.
	return append(list, machine{audit: unix.AUDIT_ARCH_S390X})
}

// last is the highest number of a machine in the profile.
func (r request) last(m machine) (last uint32) {
	if m.audit == unix.AUDIT_ARCH_S390X {
		return noCall
	}
	for _, call := range r.profile.Syscalls {
		for _, name := range call.Names {
			number, _ := m.number(name)
			last = max(last, number)
		}
	}
	return last
}

func numbersOf(m machine, names []string) (numbers []uint32) {
	for _, name := range names {
		if number, found := m.number(name); found {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// numbers are all that can be a system call, and the borders of x32 and beyond.
func numbers() (list []uint32) {
	for number := range uint32(1024) {
		list = append(list, number, x32Bit+number)
	}
	return append(list, 0xf0001, 0xf0002, 0xf0005, 0xf0006, x32Bit-1, 0x7fffffff, 0x80000000, noCall-1, noCall)
}

// arguments gives the sets of arguments to try. Those of an older interface have
// 32 bits.
func (r request) arguments(m machine, number uint32) [][6]uint64 {
	sets := [][6]uint64{{}, {^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}}
	for _, call := range r.profile.Syscalls {
		for _, name := range call.Names {
			if n, found := m.number(name); !found || n != number {
				continue
			}
			sets = append(sets, around(call.Args)...)
		}
	}
	if r.older != nil && m.audit == r.older.audit {
		for i := range sets {
			for j := range sets[i] {
				sets[i][j] &= 0xffffffff
			}
		}
	}
	return sets
}

// around gives arguments at and beside the borders of comparisons: each alone
// off the mark while the others hold, and all together.
func around(arguments []specs.LinuxSeccompArg) (sets [][6]uint64) {
	var holding [6]uint64
	for _, a := range arguments {
		holding[a.Index] = a.Value
		if a.Op == specs.OpMaskedEqual {
			holding[a.Index] = a.ValueTwo
		}
	}
	sets = append(sets, holding)
	for _, a := range arguments {
		for _, value := range borders(a) {
			set := holding
			set[a.Index] = value
			sets = append(sets, set)
		}
	}
	return sets
}

func borders(a specs.LinuxSeccompArg) (values []uint64) {
	for _, v := range []uint64{a.Value, a.ValueTwo, ^a.Value} {
		values = append(values, v, v-1, v+1, v^1<<32, v^1<<63, v-1<<32, v+1<<32, v<<32, v>>32)
	}
	for bit := range 64 {
		values = append(values, a.ValueTwo^1<<bit, 1<<bit)
	}
	return append(values, 0, 40, 38) // AF_VSOCK, AF_ALG
}

// resolved gives docker's default profile for a machine and capabilities.
func resolved(t *testing.T, goarch string, capabilities []string) *specs.LinuxSeccomp {
	t.Helper()
	spec, err := circumstances{goarch, capabilities, profiles.KernelVersion{Kernel: 6}}.resolve(profiles.DefaultProfile())
	if err != nil {
		t.Fatal(err)
	}
	spec.Architectures = nil
	return spec
}

func mustFind(t *testing.T, goarch string) machine {
	t.Helper()
	m, found := find(goarch)
	if !found {
		t.Fatalf("no machine %s", goarch)
	}
	return m
}
