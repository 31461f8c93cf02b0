// Package seccomp makes filters of system calls (seccomp(2)) out of profiles
// in docker's and the runtime-spec's format. It compiles them to the kernel's
// classic BPF by itself, without libseccomp and so without cgo.
//
// The filter for the default profile and the default capabilities is compiled
// beforehand (filter_amd64.go, filter_arm64.go), so that a container's start
// pays for nothing but the kernel's loading of it. A verdict is libseccomp's
// for the same profile, as runc uses it: test/libseccomp compares the two for
// every system call.
package seccomp

//go:generate go run ./generate/syscalls
//go:generate go run ./generate/filters

import (
	"runtime"
	"slices"

	profiles "github.com/moby/profiles/seccomp"
)

// Filter is a program for the kernel.
type Filter struct {
	Program string // of struct sock_filter, 8 bytes each, in the machine's byte order
	Flags   uint32 // SECCOMP_FILTER_FLAG_…
}

// Default is docker's default profile for a container with these capabilities
// in its bounding set, with the machine's own system calls alone: no
// i386 and x32 on amd64, no arm on arm64.
func Default(capabilities []string) (Filter, error) {
	if program := precompiled(runtime.GOARCH); program != "" && isDefaultSet(capabilities) {
		return Filter{Program: program}, nil
	}
	kernel, err := runningKernel()
	if err != nil {
		return Filter{}, err
	}
	return compileDefault(circumstances{runtime.GOARCH, capabilities, kernel})
}

// Precompile compiles the default profile for the default capabilities, as
// GOARCH names the machine, for the oldest kernel that mydocker runs on.
func Precompile(goarch string) (Filter, error) {
	oldest := profiles.KernelVersion{Kernel: 5, Major: 9}
	return compileDefault(circumstances{goarch, DefaultCapabilities(), oldest})
}

// compileDefault leaves out the architectures that docker's profile has beside
// the machine's own.
func compileDefault(c circumstances) (Filter, error) {
	profile := profiles.DefaultProfile()
	profile.ArchMap = nil
	return compileProfile(profile, c)
}

// DefaultCapabilities are those that a container's root has, podman's eleven,
// sorted. The precompiled filter is for them.
func DefaultCapabilities() []string {
	return []string{
		"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_NET_BIND_SERVICE",
		"CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID", "CAP_SYS_CHROOT",
	}
}

func isDefaultSet(capabilities []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(capabilities)), DefaultCapabilities())
}

// precompiled gives the filter that was compiled beforehand for a machine.
func precompiled(goarch string) string {
	switch goarch {
	case "amd64":
		return filterAMD64
	case "arm64":
		return filterARM64
	}
	return ""
}
