package container

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/container/apparmor"
	"mydocker/container/launch"
	"mydocker/container/rootfs"
)

// validate refuses a container that cannot be made, before the host changes.
func (cfg Config) validate() error {
	if err := Validate(cfg.Spec); err != nil {
		return err
	}
	return rootfs.Check(cfg.Spec, cfg.Rootfs)
}

// Validate refuses a spec that Create would refuse, without touching the
// host: what contradicts itself, what this host cannot give, and what is not
// supported.
func Validate(spec *specs.Spec) error {
	if spec == nil || spec.Process == nil || spec.Linux == nil {
		return errors.New("checking the spec: it needs the sections process and linux")
	}
	for _, check := range []func(*specs.Spec) error{
		refuseUnsupported, validateNamespaces, validateMapping, validateNames, validateSysctls,
		func(spec *specs.Spec) error { return validateProcess(spec.Process, isMapped(spec)) },
	} {
		if err := check(spec); err != nil {
			return err
		}
	}
	return nil
}

// CheckMount refuses, before the host changes, a mount that must not lie where it is
// to be.
func CheckMount(mount specs.Mount) error { return rootfs.CheckMount(mount) }

func validateNamespaces(spec *specs.Spec) error {
	seen := make(map[specs.LinuxNamespaceType]bool)
	for _, namespace := range spec.Linux.Namespaces {
		switch {
		case namespaceFlag(namespace.Type) == 0:
			return fmt.Errorf("making a namespace of type %q: not supported", namespace.Type)
		case seen[namespace.Type]:
			return fmt.Errorf("making a namespace of type %q: given twice", namespace.Type)
		case namespace.Path != "" && !path.IsAbs(namespace.Path):
			return fmt.Errorf("joining %s namespace %q: the path must be absolute", namespace.Type, namespace.Path)
		}
		seen[namespace.Type] = true
	}
	if !makes(spec, specs.MountNamespace) {
		return errors.New("making the container: it needs a mount namespace of its own")
	}
	return nil
}

// validateNames checks the names that belong to the UTS namespace; the kernel
// takes 64 bytes (sethostname(2)).
func validateNames(spec *specs.Spec) error {
	const longest = 64
	for _, name := range []struct{ what, value string }{
		{"host name", spec.Hostname}, {"domain name", spec.Domainname},
	} {
		switch {
		case name.value == "":
		case len(name.value) > longest || strings.Contains(name.value, "\x00"):
			return fmt.Errorf("setting %s %q: must be at most %d bytes, without NUL", name.what, name.value, longest)
		case !owns(spec, specs.UTSNamespace):
			return fmt.Errorf("setting %s %q: the container shares the host's UTS namespace", name.what, name.value)
		}
	}
	return nil
}

func validateSysctls(spec *specs.Spec) error {
	ipc, network, uts := owns(spec, specs.IPCNamespace), owns(spec, specs.NetworkNamespace), owns(spec, specs.UTSNamespace)
	for name := range spec.Linux.Sysctl {
		if err := rootfs.CheckSysctl(name, ipc, network, uts); err != nil {
			return err
		}
	}
	return nil
}

// validateProcess checks what a container's first process and those that Exec
// adds have in common. In a user namespace of its own a container has all
// capabilities to give, whatever mydocker has.
func validateProcess(process *specs.Process, mapped bool) error {
	switch {
	case process == nil || len(process.Args) == 0 || process.Args[0] == "":
		return errors.New("starting the program: no program given")
	case !path.IsAbs(process.Cwd):
		return fmt.Errorf("entering the working directory %q: must be an absolute path", process.Cwd)
	case process.ApparmorProfile != "" && !apparmor.Enabled():
		return fmt.Errorf("taking AppArmor profile %q: this host has no AppArmor; leave it out", process.ApparmorProfile)
	case process.SelinuxLabel != "":
		return errors.New("starting the program: SELinux labels are not supported")
	case process.IOPriority != nil || process.Scheduler != nil || process.ExecCPUAffinity != nil:
		return errors.New("starting the program: scheduling attributes are not supported")
	}
	for _, text := range append(append([]string{process.Cwd}, process.Args...), process.Env...) {
		if strings.Contains(text, "\x00") {
			return fmt.Errorf("starting %q: %q holds a NUL byte", process.Args[0], text)
		}
	}
	if err := launch.CheckRlimits(process.Rlimits); err != nil {
		return err
	}
	if mapped {
		_, err := launch.ParseCapabilities(process.Capabilities)
		return err
	}
	return launch.CheckCapabilities(process.Capabilities)
}

// refuseUnsupported names what a spec may ask for and would not get.
func refuseUnsupported(spec *specs.Spec) error {
	l := spec.Linux
	for _, part := range []struct {
		name  string
		asked bool
	}{
		{"hooks", spec.Hooks != nil},
		{"linux.mountLabel", l.MountLabel != ""},
		{"linux.intelRdt", l.IntelRdt != nil},
		{"linux.personality", l.Personality != nil},
		{"linux.timeOffsets", len(l.TimeOffsets) > 0},
	} {
		if part.asked {
			return fmt.Errorf("checking the spec: %s is not supported", part.name)
		}
	}
	return nil
}
