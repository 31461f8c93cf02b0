package engine

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	specs "github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/attach"
	"mydocker/container"
	"mydocker/network"
	"mydocker/overlay"
)

// containerConfig puts a record into the words of the runtime-spec.
func (e *Engine) containerConfig(record *Record) (container.Config, error) {
	capabilities, err := record.Security.capabilities()
	if err != nil {
		return container.Config{}, err
	}
	filter, err := record.Security.filter(capabilities)
	if err != nil {
		return container.Config{}, err
	}
	spec, err := e.spec(record, capabilities)
	return container.Config{
		ID: record.ID, Spec: spec, User: record.Process.User, Init: record.Process.Init, Seccomp: filter,
		Rootfs: overlay.Mount(e.layers(record), e.upper(record)),
	}, err
}

// layers are what lies below a container's own, the top one first.
func (e *Engine) layers(record *Record) []string {
	return append(slices.Clone(record.Image.Layers), e.Layout.Skeleton())
}

func (e *Engine) spec(record *Record, capabilities []string) (*specs.Spec, error) {
	devices, err := record.nodes()
	spec := &specs.Spec{
		Version:  specs.Version,
		Root:     &specs.Root{Path: "rootfs", Readonly: record.ReadOnly},
		Hostname: record.Hostname,
		Process:  runtimeProcess(record, capabilities),
		Mounts:   e.allMounts(record),
		Linux: &specs.Linux{
			Namespaces:  namespaces(record.UserNS),
			UIDMappings: record.UserNS.mapping(),
			GIDMappings: record.UserNS.mapping(),
			Devices:     devices,
			Sysctl:      sysctls(record),
			Resources:   record.limits(),
			CgroupsPath: e.cgroup(record).Path,
		},
	}
	if record.Security.hidesPaths() {
		spec.Linux.MaskedPaths = container.DefaultMaskedPaths()
		spec.Linux.ReadonlyPaths = container.DefaultReadonlyPaths()
	}
	return spec, err
}

// sysctls are the user's, and docker's defaults: every group may ping without
// CAP_NET_RAW, and every user listen on ports below 1024, in the container's
// own network.
func sysctls(record *Record) map[string]string {
	all := map[string]string{
		"net.ipv4.ping_group_range":           "0 2147483647",
		"net.ipv4.ip_unprivileged_port_start": "0",
	}
	if record.UserNS != nil { // there are no more groups in it
		all["net.ipv4.ping_group_range"] = fmt.Sprintf("0 %d", record.UserNS.Size-1)
	}
	maps.Copy(all, record.Sysctls)
	return all
}

func runtimeProcess(record *Record, capabilities []string) *specs.Process {
	program := &specs.Process{
		Terminal: record.Process.Terminal, Args: record.Process.Args, Env: record.Process.Env,
		Cwd: record.Process.Cwd, Rlimits: record.Process.Rlimits,
		Capabilities:    giveCapabilities(capabilities),
		NoNewPrivileges: record.Security.noNewPrivileges(), ApparmorProfile: record.AppArmor,
	}
	if size, ok := attach.TerminalSize(); ok && program.Terminal {
		program.ConsoleSize = &specs.Box{Height: uint(size.Rows), Width: uint(size.Columns)}
	}
	return program
}

func namespaces(user *UserNS) []specs.LinuxNamespace {
	kinds := []specs.LinuxNamespace{
		{Type: specs.PIDNamespace}, {Type: specs.MountNamespace}, {Type: specs.UTSNamespace},
		{Type: specs.IPCNamespace}, {Type: specs.NetworkNamespace}, {Type: specs.CgroupNamespace},
	}
	if user != nil {
		kinds = append(kinds, specs.LinuxNamespace{Type: specs.UserNamespace})
	}
	return kinds
}

// allMounts are the default mounts, the network files and the user's, which
// take the place of a default on the same target.
func (e *Engine) allMounts(record *Record) []specs.Mount {
	var mounts []specs.Mount
	for _, mount := range container.DefaultMounts() {
		if record.Security.Privileged {
			mount = writable(mount)
		}
		if !hasMount(record.Mounts, mount.Destination) {
			mounts = append(mounts, mount)
		}
	}
	mounts = append(mounts, e.fileMounts(record)...)
	return outermostFirst(append(mounts, mapVolumes(record.Mounts, record.UserNS)...))
}

// writable takes back that the kernel's file systems are read-only.
func writable(mount specs.Mount) specs.Mount {
	mount.Options = slices.DeleteFunc(slices.Clone(mount.Options), func(option string) bool { return option == "ro" })
	return mount
}

// outermostFirst puts a mount before those on places inside it, whichever way
// round the user has them.
func outermostFirst(mounts []specs.Mount) []specs.Mount {
	return slices.SortedStableFunc(slices.Values(mounts), func(a, b specs.Mount) int {
		return cmp.Compare(strings.Count(a.Destination, "/"), strings.Count(b.Destination, "/"))
	})
}

// writeNetworkFiles writes what a container finds in /etc of its host's and
// its own names.
func (e *Engine) writeNetworkFiles(record *Record) error {
	files, err := e.networkFileContents(record)
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := os.WriteFile(file.path, file.content, 0o644); err != nil {
			return err
		}
		if err := os.Chmod(file.path, 0o644); err != nil { // whatever the umask
			return err
		}
		if err := record.giveToRoot(file.path); err != nil {
			return err
		}
	}
	return nil
}

// fileContent is a file to be written.
type fileContent struct {
	path    string
	content []byte
}

func (e *Engine) networkFileContents(record *Record) ([]fileContent, error) {
	resolv, err := network.HostResolvConf()
	if err != nil {
		return nil, err
	}
	contents := map[string][]byte{
		"hosts":       network.HostsFile(record.Hostname, record.Address),
		"hostname":    []byte(record.Hostname + "\n"),
		"resolv.conf": network.ResolvConf(resolv),
	}
	var files []fileContent
	for _, file := range networkFiles {
		files = append(files, fileContent{e.Layout.LiveContainer(record.ID) + "/" + file.name, contents[file.name]})
	}
	return files, nil
}
