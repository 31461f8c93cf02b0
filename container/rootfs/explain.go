package rootfs

import (
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/internal/shell"
)

// The explanations are shell lines whose working directory is the container's
// root.

// ExplainDevices gives the shell lines that fill /dev, with the spec's nodes
// beside the default ones. lent says that they are the host's.
func ExplainDevices(spec *specs.Spec, lent bool) []string {
	var lines []string
	for _, device := range allDevices(spec) {
		lines = append(lines, explainDevice(device, lent)...)
	}
	for _, link := range deviceLinks {
		lines = append(lines, fmt.Sprintf("ln -s %s ./dev/%s", link.target, link.name))
	}
	return lines
}

func explainDevice(device specs.LinuxDevice, lent bool) []string {
	var lines []string
	if directory := path.Dir(device.Path); directory != "/dev" {
		lines = append(lines, "mkdir -p "+shell.Quote("."+directory))
	}
	mode := os.FileMode(0o666)
	if device.FileMode != nil {
		mode = device.FileMode.Perm()
	}
	at := shell.Quote("." + device.Path)
	if lent {
		return append(lines, fmt.Sprintf("touch %s && mount --bind %s %s", at, shell.Quote(device.Path), at))
	}
	lines = append(lines, fmt.Sprintf("mknod -m %o %s %s %d %d", mode, at, device.Type, device.Major, device.Minor))
	if device.UID != nil && device.GID != nil && *device.UID+*device.GID > 0 {
		lines = append(lines, fmt.Sprintf("chown %d:%d %s", *device.UID, *device.GID, at))
	}
	return lines
}

// ExplainSysctls gives the shell lines that write the sysctls, while the host's
// procfs is at hand: the kernel takes them from the writer's namespaces.
func ExplainSysctls(spec *specs.Spec) []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(spec.Linux.Sysctl)) {
		lines = append(lines, fmt.Sprintf("echo %s >%s", shell.Quote(spec.Linux.Sysctl[name]), shell.Quote("/proc/sys/"+sysctlPath(name))))
	}
	return lines
}

// ExplainSeal gives the shell lines of Seal.
func ExplainSeal(spec *specs.Spec) []string {
	var lines []string
	if masked := spec.Linux.MaskedPaths; len(masked) > 0 {
		lines = append(lines,
			"for AT in "+shell.QuoteAll(masked)+"; do",
			"  if [ -d .$AT ]; then mount -t tmpfs -o ro,nosuid,nodev,noexec,"+strings.Join(emptyTmpfs[:], ",")+" tmpfs .$AT",
			"  elif [ -e .$AT ]; then mount --bind ./dev/null .$AT; fi",
			"done")
	}
	if closed := spec.Linux.ReadonlyPaths; len(closed) > 0 {
		lines = append(lines,
			"for AT in "+shell.QuoteAll(closed)+"; do",
			"  if [ -e .$AT ]; then mount --rbind .$AT .$AT && mount -o remount,bind,ro .$AT; fi",
			"done")
	}
	if spec.Root != nil && spec.Root.Readonly {
		lines = append(lines, "mount -o remount,bind,ro .")
	}
	return lines
}

// ExplainCgroup gives the shell lines of MountCgroup; at is where, as the shell
// takes it, and path the container's cgroup.
func ExplainCgroup(mount specs.Mount, at, path string) []string {
	found, err := hostHierarchies()
	if err != nil {
		return shell.Comment([]string{mount.Destination + ": which cgroups there are could not be read"})
	}
	if len(found) == 0 {
		return []string{"mount -t cgroup2 -o " + strings.Join(mount.Options, ",") + " cgroup " + at}
	}
	return explainHierarchies(mount, at, path, found)
}

func explainHierarchies(mount specs.Mount, at, path string, found []hierarchy) []string {
	common := slices.DeleteFunc(slices.Clone(mount.Options), func(option string) bool { return option == "ro" })
	lines := []string{fmt.Sprintf("mount -t tmpfs -o %s tmpfs %s", strings.Join(append(common, "mode=755"), ","), at)}
	for _, h := range found {
		place := at + "/" + shell.Quote(h.name)
		options := strings.Join(append(slices.Clone(mount.Options), h.options...), ",")
		// Not where the container has no cgroup of its own.
		lines = append(lines, fmt.Sprintf("[ ! -e %s ] || { mkdir %s && mount -t cgroup -o %s cgroup %s; }",
			shell.Quote("/sys/fs/cgroup/"+h.name+"/"+path), place, shell.Quote(options), place))
		if strings.Contains(h.name, ",") {
			for controller := range strings.SplitSeq(h.name, ",") {
				lines = append(lines, fmt.Sprintf("ln -s %s %s/%s", shell.Quote(h.name), at, shell.Quote(controller)))
			}
		}
	}
	return append(lines, "mount -o remount,bind,"+strings.Join(mount.Options, ",")+" "+at)
}
