package launch

import (
	"os"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What mydocker knows is not to be found in a process that is about to become a
// container's program.
func TestChildHasNothingOfTheHeap(t *testing.T) {
	if withC {
		t.Skip("a child has all memory here")
	}
	secret := []byte(strings.Repeat("a secret of the host ", 1000))
	output, failure, _, err := forked(t, func(plan *Plan) error {
		plan.do("telling", unix.SYS_WRITE, 1, uintptr(unsafe.Pointer(&secret[0])), uintptr(len(secret)))
		return plan.Exec([]string{"/bin/true"}, nil)
	})
	if err != nil || failure == nil || failure.Errno != int32(unix.EFAULT) {
		t.Errorf("the child's failure is %+v (%v), want EFAULT", failure, err)
	}
	if output != "" {
		t.Errorf("the child has told %d bytes of it", len(output))
	}
	runtime.KeepAlive(secret)
}

func TestParentsMemoryIsAsBefore(t *testing.T) {
	if _, failure, _, err := forked(t, func(plan *Plan) error {
		plan.Announce('b')
		return plan.Exec([]string{"/bin/true"}, nil)
	}); err != nil || failure != nil {
		t.Fatalf("%v %v", failure, err)
	}
	about, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	for mapped := range strings.SplitSeq(string(about), "VmFlags:") {
		// "dc" is "do not copy area on fork" (proc_pid_smaps(5)).
		flags, next, _ := strings.Cut(mapped, "\n")
		line, _, _ := strings.Cut(next, "\n")
		if strings.Contains(flags, " dc ") && strings.Contains(line, "rw-p") {
			t.Errorf("still withheld before %q", line)
		}
	}
}

func TestParseMapping(t *testing.T) {
	for line, want := range map[string]span{
		"7f0ad4000000-7f0ad8000000 rw-p 00000000 00:00 0 \n":                     {0x7f0ad4000000, 0x7f0ad8000000},
		"7f0ad4000000-7f0ad8000000 rw-p 00000000 00:00 0 [anon: Go: heap]\n":     {0x7f0ad4000000, 0x7f0ad8000000},
		"7f0ad4000000-7f0ad8000000 ---p 00000000 00:00 0 \n":                     {},
		"7f0ad4000000-7f0ad8000000 rw-s 00000000 00:01 25 /dev/zero (deleted)\n": {},
		"00d7c000-00d9f000 rw-p 0097c000 fe:00 131 /usr/local/bin/mydocker\n":    {},
		"7f0ad4000000-7f0ad800000g rw-p 00000000 00:00 0 \n":                     {},
		"7f0ad4000000 rw-p 00000000 00:00 0 \n":                                  {},
		"\n":                                                                     {},
	} {
		got, isAnonymous := parseMapping([]byte(line))
		if isAnonymous != (want != span{}) || isAnonymous && got != want {
			t.Errorf("%q is %x %v, want %x", line, got, isAnonymous, want)
		}
	}
}

// A child that cannot be born in its cgroup is tried elsewhere, with the same plan.
func TestPlanCanBeTriedAgain(t *testing.T) {
	output, failure, _, err := forked(t, func(plan *Plan) error {
		plan.Announce('b')
		if err := plan.Exec([]string{"/bin/echo", "second"}, nil); err != nil {
			return err
		}
		noCgroup, err := os.Open(t.TempDir())
		if err != nil {
			return err
		}
		defer noCgroup.Close()
		if _, err := plan.ForkInto(0, noCgroup); err == nil {
			t.Error("a child was born in a directory that is no cgroup")
		}
		return nil
	})
	if err != nil || failure != nil || output != "second\n" {
		t.Errorf("the second try says %q, %v %v", output, failure, err)
	}
}
