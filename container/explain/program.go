package explain

import (
	"fmt"
	"math"
	"path"
	"slices"
	"strings"

	specs "github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/internal/shell"
)

// limits are the program's resource limits (prlimit(1)).
func limits(process *specs.Process) []string {
	var lines []string
	for _, limit := range process.Rlimits {
		name := strings.ToLower(strings.TrimPrefix(limit.Type, "RLIMIT_"))
		lines = append(lines, fmt.Sprintf("prlimit --pid $BASHPID --%s=%s:%s", name, bound(limit.Soft), bound(limit.Hard)))
	}
	return lines
}

func bound(value uint64) string {
	if value == math.MaxUint64 {
		return "unlimited"
	}
	return fmt.Sprint(value)
}

// program turns the shell into the program. Its environment is made outside of
// the root, so that nothing but the program itself has to be in there. Only
// for another user than root in another directory than "/" it takes a shell.
func (c Container) program() []string {
	process := c.Spec.Process
	var lines []string
	if process.Terminal {
		lines = append(lines, "# -t: mydocker gives it a terminal of its own; here it has this shell's")
	}
	if c.Init {
		lines = append(lines, "# --init: mydocker stays as PID 1, which forwards signals and reaps; here the program is PID 1")
	}
	words := []string{"exec env --default-signal -i", shell.QuoteAll(process.Env)}
	if !hasHome(process.Env) {
		lines = append(lines, c.findHome())
		words = append(words, `HOME="$HOME"`)
	}
	remarks, confined := c.confinement()
	lines = append(lines, remarks...)
	words = append(words, confined...)
	words = append(words, c.enterRoot()...)
	return append(lines, strings.Join(append(words, shell.QuoteAll(process.Args)), " "))
}

// enterRoot makes the root the program's, and its directory and user.
func (c Container) enterRoot() []string {
	directory := shell.Quote(path.Clean(c.Spec.Process.Cwd))
	if c.User == "" {
		return []string{`"$(type -P unshare)" --root=. --wd=` + directory}
	}
	words := []string{`"$(type -P chroot)" --userspec=` + shell.Quote(c.User) + " ."}
	if directory != "/" { // where chroot(1) leaves it
		words = append(words, `/bin/sh -c 'cd "$0" && exec "$@"' `+directory)
	}
	return words
}

func hasHome(variables []string) bool {
	return slices.ContainsFunc(variables, func(v string) bool { return strings.HasPrefix(v, "HOME=") })
}

// findHome sets HOME to what the image's own /etc/passwd says of the user.
func (c Container) findHome() string {
	user, _, _ := strings.Cut(c.User, ":")
	if user == "" {
		user = "0"
	}
	return `HOME=$(awk -F: -v user=` + shell.Quote(user) + ` '$1 == user || $3 == user { print $6; exit }' etc/passwd 2>/dev/null) || :; HOME=${HOME:-/}`
}
