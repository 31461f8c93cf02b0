package program

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
)

// Bundles are the directories from which an OCI runtime starts: one root file
// system, unpacked, and a configuration for each program that runs in it.
type Bundles struct {
	directory string
	parent    string // cgroup
}

// NewBundles unpacks the archive below directory.
func NewBundles(directory, archive, parent string) (*Bundles, error) {
	b := &Bundles{directory: directory, parent: parent}
	if err := os.MkdirAll(b.Rootfs(), 0o755); err != nil {
		return nil, err
	}
	return b, Do(exec.Command("tar", "-x", "-f", archive, "-C", b.Rootfs()))
}

// Rootfs is the unpacked root file system.
func (b *Bundles) Rootfs() string { return filepath.Join(b.directory, "rootfs") }

// bundle gives the directory of a program's bundle.
func (b *Bundles) bundle(name string) string { return filepath.Join(b.directory, name) }

// write makes a bundle with the configuration that "runc spec" gives, but for
// the program, the terminal, the path of the root file system, and the cgroup,
// which must be below that of the benchmark.
func (b *Bundles) write(runtime, name string, program []string) error {
	directory := b.bundle(name)
	if err := os.MkdirAll(directory, 0o755); err != nil {
		return err
	}
	path := filepath.Join(directory, "config.json")
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	spec := exec.Command(runtime, "spec")
	spec.Dir = directory
	if err := Do(spec); err != nil {
		return err
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var config map[string]any
	if err := json.Unmarshal(content, &config); err != nil {
		return err
	}
	process, root := config["process"].(map[string]any), config["root"].(map[string]any)
	process["args"], process["terminal"], root["path"] = program, false, b.Rootfs()
	config["linux"].(map[string]any)["cgroupsPath"] = "/" + b.parent + "/" + name
	if content, err = json.Marshal(config); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}

// Runc is runc.
func Runc(bundles *Bundles) (*Program, error) { return runtime("runc", bundles) }

// Crun is crun.
func Crun(bundles *Bundles) (*Program, error) {
	p, err := runtime("crun", bundles)
	if err != nil {
		return nil, err
	}
	p.through, err = withoutUnifiedCgroups()
	return p, err
}

// runtime is a program with runc's commands. It makes a container without a
// network, of an unpacked root file system, and neither watches nor logs it.
func runtime(name string, bundles *Bundles) (*Program, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return nil, missing(name, err)
	}
	short, long := name+"-true", name+"-idle"
	command := func(arguments ...string) *exec.Cmd {
		return exec.Command(path, append([]string{"--root", filepath.Join(volatile, name)}, arguments...)...)
	}
	p := &Program{Name: name, Version: firstLine(path, "--version")}
	p.Run = func(name string) *exec.Cmd { return command("run", "--bundle", bundles.bundle(short), name) }
	p.Detach = func(name string) *exec.Cmd { return command("run", "--detach", "--bundle", bundles.bundle(long), name) }
	p.Exec = func(name string) *exec.Cmd { return command("exec", name, "true") }
	p.Remove = func(names ...string) *exec.Cmd { return command(append([]string{"delete", "--force"}, names...)...) }
	p.start = func() error {
		if err := bundles.write(path, short, []string{"true"}); err != nil {
			return err
		}
		return bundles.write(path, long, idle)
	}
	return p, nil
}
