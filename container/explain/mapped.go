package explain

import (
	"fmt"
	"path"
	"slices"
	"strings"

	specs "github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/container/rootfs"
	"mydocker/internal/shell"
)

// A container with a user namespace of its own cannot reach the host's files.
// Before it is born, the host's root lends it what it needs of them, with the
// IDs mapped, in a mount namespace that both then have copies of.

// shelf is where the lent mounts are, in those mount namespaces alone.
const shelf = "/mnt"

func (c Container) isMapped() bool { return len(c.Spec.Linux.UIDMappings) > 0 }

// bear gives the command that becomes the parent of the first process, with its
// input.
func (c Container) bear() []string {
	if !c.isMapped() {
		line := "  exec setpriv --pdeathsig KILL unshare " + c.namespaces() + " bash -c '" + parent + "' 9<<'CONTAINER'"
		return append(append([]string{line}, c.inside()...), "CONTAINER")
	}
	lines := []string{"  exec setpriv --pdeathsig KILL unshare --mount bash -eu /dev/fd/7 7<<'HOST' 9<<'CONTAINER'"}
	lines = append(lines, c.outside()...)
	lines = append(lines, "HOST")
	lines = append(lines, c.borrowed().inside()...)
	return append(lines, "CONTAINER")
}

// mappedParent is parent where the descriptor cannot be opened again, because
// it is the host's.
const mappedParent = `exec 8>&2 2>/dev/null; setpriv --pdeathsig KILL bash -eu -c "eval \"\$(cat <&9)\"" 2>&8 8>&-; exit $?`

// outside gives what the host's root does.
func (c Container) outside() []string {
	target := shell.Quote(c.Target)
	lines := []string{
		"exec 7<&-",
		fmt.Sprintf("# its IDs 0 to %d are %d to %d here; what it is lent of the host's files shows them as they are on disk",
			c.ids().Size-1, c.ids().HostID, c.ids().HostID+c.ids().Size-1),
		"mount -t tmpfs -o mode=755 tmpfs " + target,
		"cd " + target,
		"mkdir root",
	}
	for number, directory := range rootfs.LayerDirectories(c.Rootfs.Options) {
		lines = append(lines, fmt.Sprintf("mkdir layer%d && mount --bind -o %s %s layer%d", number, c.idmap(), shell.Quote(directory), number))
	}
	for number, mount := range c.Spec.Mounts {
		if mount.Type == "bind" {
			lines = append(lines, c.lend(number, mount))
		}
	}
	lines = append(lines,
		"mount --move . "+shelf,
		"# newuidmap(1), which unshare asks, looks here for what root may map",
		fmt.Sprintf("echo root:%d:%d > %s/subids", c.ids().HostID, c.ids().Size, shelf),
		fmt.Sprintf("mount --bind %s/subids /etc/subuid && mount --bind %s/subids /etc/subgid", shelf, shelf),
	)
	lines = append(lines, limits(c.Spec.Process)...)
	users := fmt.Sprintf("%d,0,%d", c.ids().HostID, c.ids().Size)
	return append(lines, "exec unshare "+c.namespaces()+" --map-users="+users+" --map-groups="+users+
		" --setuid 0 --setgid 0 setpriv --pdeathsig KILL bash -c '"+mappedParent+"'")
}

// lend gives the line that puts a source of the host's on the shelf.
func (c Container) lend(number int, mount specs.Mount) string {
	options := ""
	if slices.Contains(mount.Options, "ridmap") {
		options = " -o " + c.idmap()
	}
	source := shell.Quote(mount.Source)
	return fmt.Sprintf("if [ -d %s ]; then mkdir mount%d; else touch mount%d; fi && mount --rbind%s %s mount%d",
		source, number, number, options, source, number)
}

func (c Container) ids() specs.LinuxIDMapping { return c.Spec.Linux.UIDMappings[0] }

// idmap is the option of mount(8), from util-linux 2.39 on.
func (c Container) idmap() string {
	return fmt.Sprintf("X-mount.idmap=b:0:%d:%d", c.ids().HostID, c.ids().Size)
}

// borrowed is the container as it is seen from inside: with what it was lent in
// the place of what is the host's.
func (c Container) borrowed() Container {
	spec := *c.Spec
	spec.Mounts = slices.Clone(spec.Mounts)
	for number, mount := range spec.Mounts {
		if mount.Type == "bind" {
			spec.Mounts[number].Source = fmt.Sprintf("%s/mount%d", shelf, number)
		}
	}
	process := *spec.Process
	process.Rlimits = nil // taken outside, where they may be raised
	spec.Process = &process
	c.Spec, c.Target, c.Rootfs = &spec, shelf+"/root", c.borrowedRoot()
	return c
}

// borrowedRoot is an overlay of the lent layers. mydocker mounts it from outside,
// as the user that the container's root is, which no mount(8) can; inside, the
// kernel wants its marks in attributes of the user's.
func (c Container) borrowedRoot() specs.Mount {
	at := map[string]string{}
	for number, directory := range rootfs.LayerDirectories(c.Rootfs.Options) {
		at[directory] = fmt.Sprintf("%s/layer%d", shelf, number)
	}
	root := c.Rootfs
	root.Options = []string{"userxattr"}
	for _, option := range joinLayers(c.Rootfs.Options) {
		name, value, _ := strings.Cut(option, "=")
		directories := rootfs.LayerDirectories([]string{option})
		switch name {
		case "lowerdir":
			option = name + "=" + strings.Join(places(rootfs.Layers(value), at), ":")
		case "upperdir", "workdir":
			option = name + "=" + at[directories[0]] + "/" + path.Base(value)
		}
		root.Options = append(root.Options, option)
	}
	return root
}

func places(directories []string, at map[string]string) []string {
	var found []string
	for _, directory := range directories {
		found = append(found, at[directory])
	}
	return found
}

// findFirst gives the lines that set $PID. Before a mapped container has its
// first process, its parent has other children, who mount and who map IDs.
func (c Container) findFirst() []string {
	if !c.isMapped() {
		return []string{"while PID=$(cat /proc/$CHILD/task/$CHILD/children) && [ -z \"$PID\" ]; do sleep 0.01; done", "PID=${PID% }"}
	}
	return []string{
		"while readlink /proc/$CHILD/exe >/dev/null && PID=$(cat /proc/$CHILD/task/$CHILD/children) && PID=${PID% } &&",
		"  { ! NS=$(readlink /proc/${PID:-none}/ns/pid) || [ $NS = $(readlink /proc/self/ns/pid) ]; }; do sleep 0.01; done",
	}
}
