package launch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// launched runs a plan's launcher as the program that it is. What it tells at the
// end goes to Status, unless nobody listens there.
func launched(t *testing.T, plan *Plan, listening bool) (output string, status int, told []byte) {
	t.Helper()
	launcher, err := plan.launcher()
	if err != nil {
		t.Fatal(err)
	}
	defer launcher.Close()
	path := filepath.Join(t.TempDir(), "launcher")
	copied, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o700)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := copied.ReadFrom(io.NewSectionReader(launcher, 0, 1<<30)); err != nil {
		t.Fatal(err)
	}
	copied.Close()
	read, write := pipe(t)
	command := exec.Command(path)
	if listening {
		command.ExtraFiles = []*os.File{write} // Status
	}
	text, _ := command.CombinedOutput()
	write.Close()
	told, err = io.ReadAll(read)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), command.ProcessState.ExitCode(), told
}

func TestLauncherBecomesTheProgram(t *testing.T) {
	plan := &Plan{}
	plan.Umask(0o027)
	plan.ResetSignals()
	first := place(plan, int32(0))
	plan.do("", unix.SYS_FCNTL, 0, unix.F_DUPFD, 100).store = first
	plan.do("", unix.SYS_CLOSE).load = first
	closed := plan.do("", unix.SYS_CLOSE)
	closed.load, closed.tolerates = first, unix.EBADF
	plan.do("", unix.SYS_FCNTL, 0, unix.F_DUPFD, 100).wants = 100
	plan.Announce('b')
	if err := plan.Exec([]string{"sh", "-c", "umask; echo $A"}, []string{"PATH=/no/such:/dev/null:/bin", "A=b"}); err != nil {
		t.Fatal(err)
	}
	output, status, told := launched(t, plan, true)
	if output != "0027\nb\n" || status != 0 || string(told) != "b" {
		t.Errorf("got %q, %d, told %q", output, status, told)
	}
}

func TestLauncherTellsWhatFailed(t *testing.T) {
	tests := map[string]struct {
		add  func(*Plan)
		want Failure
	}{
		"a step":         {func(p *Plan) { p.Umask(0); p.do("", unix.SYS_CLOSE, 999) }, Failure{1, int32(unix.EBADF)}},
		"another result": {func(p *Plan) { p.do("", unix.SYS_FCNTL, 0, unix.F_DUPFD, 100).wants = 99 }, Failure{0, int32(unix.EPIPE)}},
		"no program":     {func(p *Plan) { p.Exec([]string{"none"}, []string{"PATH=/a:/b"}) }, Failure{1, int32(unix.ENOENT)}},
		"no permission":  {func(p *Plan) { p.Exec([]string{"passwd"}, []string{"PATH=/etc:/a"}) }, Failure{1, int32(unix.EACCES)}},
		"no executable":  {func(p *Plan) { p.Exec([]string{"/proc/version"}, nil) }, Failure{0, int32(unix.EACCES)}},
		"a long name":    {func(p *Plan) { p.Exec([]string{string(bytes.Repeat([]byte("x/"), 3000))}, nil) }, Failure{0, int32(unix.ENAMETOOLONG)}},
	}
	for name, test := range tests {
		plan := &Plan{}
		test.add(plan)
		_, status, told := launched(t, plan, true)
		failure := test.want
		if want := bytesOf(&failure, 1); status != 1 || !bytes.Equal(told, want) {
			t.Errorf("%s: got status %d, told %d, want %d", name, status, told, want)
		}
	}
}

// A second process goes on, of which the first one tells.
func TestLauncherSplits(t *testing.T) {
	plan := &Plan{}
	plan.do("", unix.SYS_CLONE, uintptr(unix.SIGCHLD)).splits = true
	plan.Exec([]string{"echo", "second"}, []string{"PATH=/bin"})
	output, status, told := launched(t, plan, true)
	if output != "second\n" || status != 1 || len(told) != failureSize {
		t.Fatalf("got %q, %d, told %d", output, status, told)
	}
	if outcome := parseFailure(told); outcome.Step != born || outcome.Errno <= 1 {
		t.Errorf("told of %+v", outcome)
	}
}

// A program that leads to the launcher itself, by way of /proc/self/exe, is refused
// where its user looks.
func TestLauncherIsNoProgramOfAContainer(t *testing.T) {
	plan := &Plan{}
	plan.do("", unix.SYS_DUP3, 50, Status, 0)
	plan.Exec([]string{"/proc/self/exe"}, nil)
	output, status, _ := launched(t, plan, false)
	want := "mydocker: starting \"/proc/self/exe\": it leads to mydocker's own launcher: refused\n"
	if output != want || status != CannotExecute {
		t.Errorf("got %q, %d", output, status)
	}
}

// However much a plan holds, it all gets there, each part at its place.
func TestLauncherOfAnyLength(t *testing.T) {
	long := make([]string, 100)
	for i := range long {
		long[i] = string(slices.Repeat([]byte{byte('a' + i%26)}, 40_000))
	}
	needStack(t, 64<<20)
	plan := &Plan{}
	plan.Exec(append([]string{"sh", "-c", `echo $#; for word; do echo ${#word}; done | uniq`, "sh"}, long...), []string{"PATH=/bin:/usr/bin"})
	if output, status, _ := launched(t, plan, true); output != "100\n40000\n" || status != 0 {
		t.Errorf("got %q, %d", output, status)
	}
}

// needStack raises the limit of the stack, of which arguments may take a quarter.
func needStack(t *testing.T, size uint64) {
	t.Helper()
	var usual unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_STACK, &usual); err != nil {
		t.Fatal(err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_STACK, &unix.Rlimit{Cur: min(size, usual.Max), Max: usual.Max}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Setrlimit(unix.RLIMIT_STACK, &usual) })
}

// A launcher that cannot be executed is an error.
func TestSpawn(t *testing.T) {
	for path, want := range map[string]error{"/bin/true": nil, "/no/such": unix.ENOENT, "/proc/version": unix.EACCES} {
		plan := &Plan{}
		name, _ := placeText(plan, path)
		nothing := int32(unix.AT_FDCWD)
		arguments, _ := pointers(plan, []string{"a program"})
		program := place(plan, [5]uintptr{uintptr(nothing), address(name), arguments})
		pid, err := plan.try(&[6]uintptr{unix.SYS_CLONE, unix.CLONE_VM | unix.CLONE_VFORK | uintptr(unix.SIGCHLD)}, program)
		if notExecuted := (*executeError)(nil); want != nil && (!errors.As(err, &notExecuted) || notExecuted.errno != want) || want == nil && err != nil {
			t.Errorf("%s: got error %v, want %v", path, err, want)
		}
		var status unix.WaitStatus
		if _, err := unix.Wait4(pid, &status, 0, nil); err != nil || want == nil && status != 0 {
			t.Errorf("%s: ended with %x, %v", path, status, err)
		}
	}
}

// Where files in memory must not be executed, the launcher lies on a tmpfs.
func TestExecutableOnTmpfs(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	program, err := os.ReadFile("/bin/true")
	if err != nil {
		t.Fatal(err)
	}
	file, err := executableOnTmpfs(launcherName, func(file *os.File) error {
		_, err := file.Write(program)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	path := fmt.Sprintf("/proc/self/fd/%d", file.Fd())
	if link, err := os.Readlink(path); err != nil || !IsLauncher(link) {
		t.Errorf("it is called %q (%v)", link, err)
	}
	if output, err := exec.Command(path).CombinedOutput(); err != nil {
		t.Errorf("executing it: %v: %s", err, output)
	}
}

// What mydocker knows is not to be found in a process that is about to become a
// container's program.
func TestLauncherHasNothingOfTheHeap(t *testing.T) {
	secret := bytes.Repeat([]byte("a secret of the host "), 1000)
	plan := &Plan{}
	plan.do("", unix.SYS_WRITE, 1, uintptr(unsafe.Pointer(&secret[0])), uintptr(len(secret)))
	output, _, told := launched(t, plan, true)
	if output != "" || len(told) != failureSize || parseFailure(told).Errno != int32(unix.EFAULT) {
		t.Errorf("it has told %d bytes of it, and %d", len(output), told)
	}
	runtime.KeepAlive(secret)
}

// The kernel gives a descriptor for a process that it then does not make, and takes it
// back. Whoever has that number next keeps it.
func TestProcessThatIsNotMadeClosesNothing(t *testing.T) {
	noCgroup, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer noCgroup.Close()
	plan := &Plan{}
	defer plan.Release()
	if _, err := plan.LaunchInto(0, noCgroup); !errors.Is(err, unix.EBADF) && !errors.Is(err, unix.ENOSYS) {
		t.Fatalf("launching into what is no cgroup: %v", err)
	}
	read, write := pipe(t)
	finalized := make(chan struct{})
	runtime.SetFinalizer(new([16]byte), func(*[16]byte) { close(finalized) })
	for range 2 {
		runtime.GC()
	}
	<-finalized
	for _, file := range []*os.File{read, write} {
		if _, err := file.Stat(); err != nil {
			t.Errorf("the next to have its number: %v", err)
		}
	}
}
