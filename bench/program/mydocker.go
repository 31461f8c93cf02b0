package program

import (
	"os/exec"
	"path/filepath"
)

// Mydocker is the binary at path, with what it keeps below directory.
func Mydocker(path, directory, archive string) *Program {
	e := engine{path: path, global: []string{
		"--root", MydockerRoot(directory), "--run-root", filepath.Join(volatile, "mydocker"),
	}}
	p := &Program{Name: "mydocker", Version: firstLine(path, "version")}
	e.words(p)
	p.Run = func(string) *exec.Cmd { return e.run([]string{"--rm"}, "true") }
	p.Background = func(string) *exec.Cmd { return e.run([]string{"--rm", "-d"}, "true") }
	p.Leave = func(name string) *exec.Cmd { return e.run([]string{"--rm=false", "--name", name}, "true") }
	p.Import = func(archive, name string) *exec.Cmd { return e.command("image", "import", archive, name) }
	// A crowd of a thousand does not fit into the default of 254 addresses.
	p.CreateNetwork = func(name string) *exec.Cmd {
		if name == network {
			return e.command("network", "create", "--subnet", "10.10.0.1/16", name)
		}
		return e.command("network", "create", name)
	}
	p.start = func() error { return e.furnish(p, archive) }
	p.stop = func() error { return p.Do(p.RemoveNetwork(network)) }
	return p
}

// MydockerRoot is where its containers lie.
func MydockerRoot(directory string) string { return filepath.Join(directory, "root") }
