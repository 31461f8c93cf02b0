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

// mountLines mount something in the root, which is the working directory.
func mountLines(mount specs.Mount, cgroup string) []string {
	at := relative(mount.Destination)
	if mount.Type == "cgroup" {
		return append([]string{"mkdir -p " + at}, rootfs.ExplainCgroup(mount, at, cgroup)...)
	}
	prepare := "mkdir -p " + at
	if rootfs.CopiesMode(mount) {
		options := append(slices.Clone(mount.Options), "mode=")
		return []string{
			fmt.Sprintf("MODE=1777; if [ -d %s ]; then MODE=$(stat -L -c %%a %s); fi", at, at),
			prepare, fmt.Sprintf("mount -t tmpfs -o %s$MODE tmpfs %s", shell.Quote(strings.Join(options, ",")), at),
		}
	}
	if mount.Type == "bind" {
		prepare = fmt.Sprintf("if [ -d %s ]; then mkdir -p %s; else mkdir -p %s; touch %s; fi",
			shell.Quote(mount.Source), at, relative(path.Dir(mount.Destination)), at)
	}
	lines := []string{prepare, mountLine(mount, at)}
	if mount.Type == "bind" && slices.Contains(mount.Options, "ro") {
		lines = append(lines, "mount -o remount,bind,ro "+at)
	}
	return lines
}

func mountLine(mount specs.Mount, at string) string {
	if mount.Type == "bind" {
		return fmt.Sprintf("mount --rbind %s %s", shell.Quote(mount.Source), at)
	}
	options := ""
	if len(mount.Options) > 0 {
		options = " -o " + shell.Quote(strings.Join(joinLayers(mount.Options), ","))
	}
	return fmt.Sprintf("mount -t %s%s %s %s", mount.Type, options, mount.Source, at)
}

// joinLayers puts layers that come one by one, as fsconfig(2) wants many of
// them, into the one option that every mount(8) takes.
func joinLayers(options []string) []string {
	const each = "lowerdir+="
	var layers, others []string
	for _, option := range options {
		if layer, is := strings.CutPrefix(option, each); is {
			layers = append(layers, strings.NewReplacer(`\`, `\\`, `,`, `\,`, `:`, `\:`).Replace(layer))
		} else {
			others = append(others, option)
		}
	}
	if layers == nil {
		return options
	}
	return append([]string{"lowerdir=" + strings.Join(layers, ":")}, others...)
}

// relative names a place in the container's root from that root.
func relative(place string) string { return shell.Quote("." + path.Clean(place)) }
