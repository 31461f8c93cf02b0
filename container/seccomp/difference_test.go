package seccomp

import (
	"fmt"
	"slices"
	"testing"

	profiles "github.com/moby/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
)

// capabilitySets are the default one, none, all that docker's profile asks for,
// and the default with each of these.
func capabilitySets() map[string][]string {
	sets := map[string][]string{"default": DefaultCapabilities(), "none": nil}
	all := DefaultCapabilities()
	for _, call := range profiles.DefaultProfile().Syscalls {
		if call.Includes != nil {
			all = append(all, call.Includes.Caps...)
		}
	}
	for _, capability := range all {
		sets[capability] = append(DefaultCapabilities(), capability)
	}
	sets["all"] = all
	return sets
}

// The verdict on every system call of the default profile is libseccomp's, for
// the machine's own calls, for those of others, and for x32.
func TestDefaultProfileAgainstLibseccomp(t *testing.T) {
	for _, goarch := range []string{"amd64", "arm64"} {
		for name, capabilities := range capabilitySets() {
			t.Run(goarch+"/"+name, func(t *testing.T) {
				filter, err := compileDefault(circumstances{goarch, capabilities, profiles.KernelVersion{Kernel: 6}})
				if err != nil {
					t.Fatal(err)
				}
				request{
					profile: resolved(t, goarch, capabilities), own: mustFind(t, goarch), byName: goarch != "amd64",
				}.compare(t, filter)
			})
		}
	}
}

// What is loaded for a default container, the bytes in the source, is held
// against libseccomp too.
func TestPrecompiledFiltersAgainstLibseccomp(t *testing.T) {
	for _, goarch := range []string{"amd64", "arm64"} {
		request{
			profile: resolved(t, goarch, DefaultCapabilities()), own: mustFind(t, goarch), byName: goarch != "amd64",
		}.compare(t, Filter{Program: precompiled(goarch)})
	}
}

// Every comparison, at its borders, alone and with others.
func TestComparisonsAgainstLibseccomp(t *testing.T) {
	operators := []specs.LinuxSeccompOperator{
		specs.OpEqualTo, specs.OpNotEqual, specs.OpLessThan, specs.OpLessEqual,
		specs.OpGreaterThan, specs.OpGreaterEqual, specs.OpMaskedEqual,
	}
	values := []uint64{0, 1, 0x7fffffff, 0xffffffff, 0x100000000, 0x100000001, 0xdeadbeefcafe, 1 << 63, ^uint64(0)}
	own := mustFind(t, "amd64")
	for _, operator := range operators {
		t.Run(string(operator), func(t *testing.T) {
			profile := usable(specs.ActErrno)
			for i, value := range values {
				two := uint64(0)
				if operator == specs.OpMaskedEqual {
					two = value & 0xff00ff00ff00ff00
				}
				one := specs.LinuxSeccompArg{Index: uint(i % 6), Value: value, ValueTwo: two, Op: operator}
				other := specs.LinuxSeccompArg{Index: uint((i + 1) % 6), Value: 7, Op: specs.OpEqualTo}
				again := one
				again.Value, again.ValueTwo = value^3, two&^3
				profile.Syscalls = append(profile.Syscalls,
					allowed(own, 100+3*i, one), allowed(own, 101+3*i, one, other), allowed(own, 102+3*i, one, again))
			}
			check(t, profile, request{profile: profile, own: own})
		})
	}
}

// Long lists of values for one argument, as the default profile has for
// socket(2), and such with different upper halves.
func TestLongListsAgainstLibseccomp(t *testing.T) {
	own := mustFind(t, "amd64")
	profile := usable(specs.ActKillProcess)
	for value := range uint64(600) {
		profile.Syscalls = append(profile.Syscalls, allowed(own, 41, specs.LinuxSeccompArg{Value: 3 * value, Op: specs.OpEqualTo}))
		if value%10 == 0 {
			profile.Syscalls = append(profile.Syscalls, allowed(own, 42, specs.LinuxSeccompArg{Value: value << 31, Op: specs.OpEqualTo}))
		}
	}
	check(t, profile, request{profile: profile, own: own})
}

// Actions, errors with numbers, and a default that allows.
func TestActionsAgainstLibseccomp(t *testing.T) {
	own := mustFind(t, "amd64")
	code := uint(71)
	for _, fallback := range []specs.LinuxSeccompAction{
		specs.ActAllow, specs.ActLog, specs.ActTrace, specs.ActErrno, specs.ActTrap, specs.ActKill, specs.ActKillProcess,
	} {
		t.Run(string(fallback), func(t *testing.T) {
			profile := usable(fallback)
			for i, action := range []specs.LinuxSeccompAction{
				specs.ActAllow, specs.ActLog, specs.ActErrno, specs.ActTrap, specs.ActKillThread, specs.ActKillProcess,
			} {
				rule := allowed(own, 150+i)
				rule.Action = action
				profile.Syscalls = append(profile.Syscalls, rule)
			}
			numbered := allowed(own, 170)
			numbered.Action, numbered.ErrnoRet = specs.ActErrno, &code
			profile.Syscalls = append(profile.Syscalls, numbered)
			check(t, profile, request{profile: profile, own: own})
		})
	}
}

// A profile may let programs for the machine's older interface run. Of calls
// that go through socketcall(2) and ipc(2) there, libseccomp makes rules for
// these two, which docker's profile allows anyway.
func TestOlderInterfaceAgainstLibseccomp(t *testing.T) {
	own, older := mustFind(t, "amd64"), mustFind(t, "386")
	profile := resolved(t, "amd64", DefaultCapabilities())
	profile.Architectures = []specs.Arch{specs.ArchX86_64, specs.ArchX86, specs.ArchX32}
	check(t, profile, request{profile: profile, own: own, older: &older, byName: true})
}

func check(t *testing.T, profile *specs.LinuxSeccomp, r request) {
	t.Helper()
	filter, err := compile(profile, "amd64")
	if err != nil {
		t.Fatal(err)
	}
	r.compare(t, filter)
}

// usable is a profile with that default under which a program can run.
func usable(fallback specs.LinuxSeccompAction) *specs.LinuxSeccomp {
	profile := &specs.LinuxSeccomp{DefaultAction: fallback}
	if fallback != specs.ActAllow {
		profile.Syscalls = []specs.LinuxSyscall{{Names: []string{"execve", "exit_group"}, Action: specs.ActAllow}}
	}
	return profile
}

// allowed is a rule for the system call with a number.
func allowed(m machine, number int, arguments ...specs.LinuxSeccompArg) specs.LinuxSyscall {
	at := slices.IndexFunc(m.calls, func(c call) bool { return c.number == uint32(number) })
	if at < 0 {
		panic(fmt.Sprintf("no call has number %d", number))
	}
	return specs.LinuxSyscall{Names: []string{m.calls[at].name}, Action: specs.ActAllow, Args: arguments}
}
