package seccomp

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"

	profiles "github.com/moby/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// Parse compiles a profile in docker's JSON, of which the runtime-spec's is a
// part, for a container with these capabilities in its bounding set.
func Parse(text []byte, capabilities []string) (Filter, error) {
	var profile profiles.Seccomp
	if err := json.Unmarshal(text, &profile); err != nil {
		return Filter{}, err
	}
	if profile.DefaultAction == "" {
		return Filter{}, errors.New("it has no defaultAction, such as SCMP_ACT_ERRNO")
	}
	if len(profile.Architectures) > 0 && len(profile.ArchMap) > 0 {
		return Filter{}, errors.New("it has both architectures and archMap; keep one of them")
	}
	kernel, err := runningKernel()
	if err != nil {
		return Filter{}, err
	}
	return compileProfile(&profile, circumstances{runtime.GOARCH, capabilities, kernel})
}

// Compile makes a filter of a profile in the runtime-spec's words.
func Compile(profile *specs.LinuxSeccomp) (Filter, error) { return compile(profile, runtime.GOARCH) }

// circumstances are what the conditional rules of docker's format ask for.
type circumstances struct {
	machine      string // as GOARCH has it, which for the machines here is docker's word too
	capabilities []string
	kernel       profiles.KernelVersion
}

func compileProfile(profile *profiles.Seccomp, c circumstances) (Filter, error) {
	spec, err := c.resolve(profile)
	if err != nil {
		return Filter{}, err
	}
	return compile(spec, c.machine)
}

// resolve leaves the rules whose conditions hold: the profile in the
// runtime-spec's words.
func (c circumstances) resolve(profile *profiles.Seccomp) (*specs.LinuxSeccomp, error) {
	resolved := profile.LinuxSeccomp
	resolved.Syscalls = nil
	for _, architecture := range profile.ArchMap {
		if own, known := find(c.machine); known && architecture.Arch == own.architecture {
			resolved.Architectures = append([]specs.Arch{architecture.Arch}, architecture.SubArches...)
		}
	}
	for _, call := range profile.Syscalls {
		if call == nil {
			return nil, errors.New("a rule is null")
		}
		if call.Name != "" && len(call.Names) > 0 {
			return nil, fmt.Errorf("a rule has both name %q and names; keep one of them", call.Name)
		}
		rule := call.LinuxSyscall
		if call.Name != "" {
			rule.Names = []string{call.Name}
		}
		if c.include(call.Includes) && !c.exclude(call.Excludes) {
			resolved.Syscalls = append(resolved.Syscalls, rule)
		}
	}
	return &resolved, nil
}

// include tells whether all conditions hold; of architectures, one has to.
func (c circumstances) include(f *profiles.Filter) bool {
	if f == nil {
		return true
	}
	for _, capability := range f.Caps {
		if !slices.Contains(c.capabilities, capability) {
			return false
		}
	}
	if len(f.Arches) > 0 && !slices.Contains(f.Arches, c.machine) {
		return false
	}
	return f.MinKernel == nil || c.reaches(*f.MinKernel)
}

// exclude tells whether any condition holds.
func (c circumstances) exclude(f *profiles.Filter) bool {
	if f == nil {
		return false
	}
	for _, capability := range f.Caps {
		if slices.Contains(c.capabilities, capability) {
			return true
		}
	}
	return slices.Contains(f.Arches, c.machine) || f.MinKernel != nil && c.reaches(*f.MinKernel)
}

func (c circumstances) reaches(wanted profiles.KernelVersion) bool {
	if c.kernel.Kernel != wanted.Kernel {
		return c.kernel.Kernel > wanted.Kernel
	}
	return c.kernel.Major >= wanted.Major
}

func runningKernel() (profiles.KernelVersion, error) {
	var system unix.Utsname
	if err := unix.Uname(&system); err != nil {
		return profiles.KernelVersion{}, fmt.Errorf("finding the kernel's version: %w", err)
	}
	release := unix.ByteSliceToString(system.Release[:])
	var version profiles.KernelVersion
	if _, err := fmt.Sscanf(release, "%d.%d", &version.Kernel, &version.Major); err != nil {
		return version, fmt.Errorf("finding the kernel's version: %q begins with no number", release)
	}
	return version, nil
}
