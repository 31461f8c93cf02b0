package engine

import (
	"fmt"
	"slices"
	"strings"

	"mydocker/container"
	"mydocker/container/seccomp"
	"mydocker/flags"
)

// SecuritySection is a part of what a container can do, in sentences.
type SecuritySection struct {
	Title string
	Lines []string
}

// Security tells in words what a container can do: of a running one what the
// kernel says, of others what they will be started with.
func (e *Engine) Security(reference string) ([]SecuritySection, error) {
	found, err := e.Container(reference)
	if err != nil {
		return nil, err
	}
	r := &securityReport{found: found, record: found.Record}
	if found.State == Up {
		if r.kernel, err = readConfinement(found.PID); err != nil {
			return nil, fmt.Errorf("looking at container %q (pid %d): %w", reference, found.PID, err)
		}
	}
	if r.planned, err = r.record.Security.capabilities(); err != nil {
		return nil, err
	}
	return []SecuritySection{
		{"Container", r.who()}, {"Users", r.users()}, {"Capabilities", r.capabilities()},
		{"System calls", r.systemCalls()}, {"Kernel files", r.kernelFiles()}, {"Devices", r.devices()},
		{"Files", r.files()}, {"Network", r.network()}, {"Limits", r.limits()},
	}, nil
}

// securityReport is what the sections are written from.
type securityReport struct {
	found   Container
	record  *Record
	kernel  *confinement // nil when it does not run
	planned []string     // the capabilities
}

func (r *securityReport) who() []string {
	name := r.record.Name
	if name != r.record.ID {
		name += " (" + r.record.ID + ")"
	}
	if r.kernel == nil {
		return []string{name + " does not run. This is what it will be started with."}
	}
	return []string{fmt.Sprintf("%s runs as pid %d. This is what the kernel says of it.", name, r.found.PID)}
}

func (r *securityReport) users() []string {
	lines := []string{"Its program runs as " + r.user() + "."}
	switch {
	case r.kernel == nil || r.kernel.rootUID == 0:
		lines = append(lines, "There is no user namespace: its root is the host's root, with the capabilities below.")
	default:
		lines = append(lines, fmt.Sprintf("Its root is user %d of the host, who has no rights there.", r.kernel.rootUID))
	}
	if r.noNewPrivileges() {
		return append(lines, "No program gains rights by being started (no_new_privs): sudo and other set-user-ID programs do not work.")
	}
	return append(lines, "Programs can gain rights by being started: set-user-ID programs and file capabilities work.")
}

func (r *securityReport) user() string {
	if r.record.Process.User == "" {
		return "root"
	}
	return "user " + r.record.Process.User
}

func (r *securityReport) noNewPrivileges() bool {
	if r.kernel != nil {
		return r.kernel.noNewPrivileges
	}
	return r.record.Security.noNewPrivileges()
}

func (r *securityReport) capabilities() []string {
	set := r.planned
	if r.kernel != nil {
		set = r.kernel.bounding
	}
	if len(set) == 0 {
		return []string{"None: root in the container may do no more than any user."}
	}
	lines := []string{fmt.Sprintf("Root in the container has %d; other users have none:", len(set))}
	for _, name := range set {
		note := ""
		if !slices.Contains(container.DefaultCapabilities(), name) {
			note = " (not in the default profile)"
		}
		lines = append(lines, fmt.Sprintf("  %-22s %s%s", strings.TrimPrefix(name, "CAP_"), capabilityWords(name), note))
	}
	return lines
}

func (r *securityReport) systemCalls() []string {
	if r.kernel != nil && r.kernel.filters == 0 || r.kernel == nil && r.unfiltered() {
		return []string{"Not filtered: all that its rights allow."}
	}
	if r.record.Security.Seccomp != "" {
		return []string{"Filtered by a profile of its own; \"mydocker inspect\" shows it."}
	}
	refused := []string{"sockets of AF_ALG and AF_VSOCK", "the keyrings", "io_uring"}
	for _, part := range []struct{ capability, what string }{
		{"CAP_SYS_ADMIN", "mounts, new namespaces"}, {"CAP_SYS_MODULE", "kernel modules"}, {"CAP_SYS_BOOT", "reboot"},
	} {
		if !slices.Contains(r.planned, part.capability) {
			refused = append(refused, part.what)
		}
	}
	return []string{
		"Filtered by docker's default profile for these capabilities.",
		"Refused are, among others: " + strings.Join(refused, ", ") + ".",
		"A program that makes a call of another architecture, such as i386 or x32, is killed.",
	}
}

func (r *securityReport) unfiltered() bool {
	filter, err := r.record.Security.filter(seccomp.DefaultCapabilities())
	return err == nil && filter == nil
}

func (r *securityReport) kernelFiles() []string {
	var lines []string
	switch {
	case r.record.Security.hidesPaths():
		lines = append(lines, "Hidden: "+strings.Join(container.DefaultMaskedPaths(), " "),
			"Read-only: /sys "+strings.Join(container.DefaultReadonlyPaths(), " "))
	case r.record.Security.Privileged:
		lines = append(lines, "Nothing of /proc and /sys is hidden, and all of it can be written to: it can change the whole host.")
	default:
		lines = append(lines, "Nothing of /proc is hidden, and /proc/sys can be written to; /sys is read-only.")
	}
	profile := r.record.AppArmor
	if r.kernel != nil {
		profile = r.kernel.profile
	}
	if profile == "" || profile == flags.Unconfined {
		return append(lines, "No AppArmor profile.")
	}
	return append(lines, "AppArmor profile: "+profile)
}
