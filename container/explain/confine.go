package explain

import (
	"fmt"
	"slices"
	"strings"

	specs "github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/internal/shell"
)

// confinement gives the words that shut in the program after them (setpriv(1)),
// and remarks on what no shell can do.
func (c Container) confinement() (remarks, words []string) {
	if c.Filtered {
		remarks = append(remarks, "# mydocker also loads a seccomp filter, which no shell can")
	}
	process := c.Spec.Process
	words = []string{`"$(type -P setpriv)" --inh-caps=-all --ambient-caps=-all`}
	if process.NoNewPrivileges {
		words = append(words, "--no-new-privs")
	}
	if process.ApparmorProfile != "" {
		words = append(words, "--apparmor-profile="+shell.Quote(process.ApparmorProfile))
	}
	if process.Capabilities != nil {
		needed, remark := withNeeded(process.Capabilities.Bounding)
		remarks = append(remarks, remark...)
		words = append(words, "--bounding-set=-all"+needed)
	}
	return remarks, append(words, "--")
}

// withNeeded lists capabilities as setpriv(1) takes them, and those which
// entering the root takes.
func withNeeded(kept []string) (list string, remarks []string) {
	for _, needed := range []string{"CAP_SETGID", "CAP_SETUID", "CAP_SYS_CHROOT"} {
		if !slices.Contains(kept, needed) {
			kept = append(slices.Clone(kept), needed)
			remarks = append(remarks, fmt.Sprintf("# entering the root takes %s, which mydocker drops after it", needed))
		}
	}
	for _, name := range kept {
		list += ",+" + strings.ToLower(strings.TrimPrefix(name, "CAP_"))
	}
	return list, remarks
}

// unconfined says what a further program keeps that is entered by nsenter(1).
func unconfined(process *specs.Process) []string {
	var lines []string
	if process.NoNewPrivileges {
		lines = append(lines, "# mydocker also sets no_new_privs and loads the container's seccomp filter,")
	} else {
		lines = append(lines, "# mydocker also loads the container's seccomp filter,")
	}
	return append(lines, "# and drops all capabilities but "+capabilityList(process)+", which nsenter needs")
}

func capabilityList(process *specs.Process) string {
	if process.Capabilities == nil || len(process.Capabilities.Bounding) == 0 {
		return "none"
	}
	return strings.Join(process.Capabilities.Bounding, " ")
}
