package seccomp

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// machine is one kind of system call interface: its number in struct
// seccomp_data, and the calls that it has.
type machine struct {
	architecture specs.Arch
	audit        uint32
	calls        []call // sorted by name
	x32          bool   // numbers from x32Bit on are those of another interface
}

// call is one system call.
type call struct {
	name   string
	number uint32
}

// x32Bit marks the numbers of the x32 interface, which come with amd64's own
// number of the architecture (arch/x86/include/uapi/asm/unistd.h).
const x32Bit = 0x40000000

// noCall is the number -1, by which a tracer says that it has dealt with a call.
const noCall = ^uint32(0)

// find gives a machine by GOARCH's word.
func find(goarch string) (machine, bool) {
	switch goarch {
	case "amd64":
		return machine{specs.ArchX86_64, unix.AUDIT_ARCH_X86_64, callsAMD64[:], true}, true
	case "arm64":
		return machine{specs.ArchAARCH64, unix.AUDIT_ARCH_AARCH64, callsARM64[:], false}, true
	case "386":
		return machine{specs.ArchX86, unix.AUDIT_ARCH_I386, calls386[:], false}, true
	case "arm":
		return machine{specs.ArchARM, unix.AUDIT_ARCH_ARM, callsARM[:], false}, true
	}
	return machine{}, false
}

// compatible gives the interface for older programs that a machine has beside
// its own. x32 is not one of them: hardly a kernel has it, and it stays denied.
func compatible(goarch string) string {
	switch goarch {
	case "amd64":
		return "386"
	case "arm64":
		return "arm"
	}
	return ""
}

// wanted are the machine's own interface and, where the profile lists it, the
// one for older programs.
func wanted(goarch string, listed []specs.Arch) ([]machine, error) {
	own, known := find(goarch)
	if !known {
		return nil, fmt.Errorf("no table of system calls for %s", goarch)
	}
	list := []machine{own}
	if older, known := find(compatible(goarch)); known && slices.Contains(listed, older.architecture) {
		list = append(list, older)
	}
	return list, nil
}

// number looks a system call up.
func (m machine) number(name string) (uint32, bool) {
	at, found := slices.BinarySearchFunc(m.calls, name, func(c call, name string) int {
		return strings.Compare(c.name, name)
	})
	if !found {
		return 0, false
	}
	return m.calls[at].number, true
}

// isKnown tells whether any machine has a system call of that name.
func isKnown(name string) bool {
	for _, goarch := range [...]string{"amd64", "arm64", "386", "arm"} {
		m, _ := find(goarch)
		if _, found := m.number(name); found {
			return true
		}
	}
	return false
}
