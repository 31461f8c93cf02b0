package program

import (
	"os"
	"os/exec"
	"path/filepath"
)

// Podman is podman with runc, so that what differs from docker is not the
// runtime; everything that it keeps lies below directory and its cgroups
// below parent.
func Podman(directory, archive, parent string) (*Program, error) {
	path, err := exec.LookPath("podman")
	if err != nil {
		return nil, missing("podman", err)
	}
	at := func(name string) string { return filepath.Join(directory, name) }
	e := engine{
		path: path,
		global: []string{
			"--runtime", "runc", "--root", at("root"), "--runroot", filepath.Join(volatile, "containers"), "--tmpdir", filepath.Join(volatile, "libpod"),
			"--network-config-dir", at("networks"), "--cgroup-manager", "cgroupfs", "--events-backend", "file",
		},
		running: []string{"--cgroup-parent", "/" + parent},
		removal: []string{"-t", "0"}, // or it waits ten seconds for an idle program
	}
	p := &Program{Name: "podman", Version: firstLine(path, "--version")}
	e.words(p)
	p.start = func() error {
		if err := os.MkdirAll(directory, 0o700); err != nil {
			return err
		}
		return e.furnish(p, archive)
	}
	p.stop = func() error { return p.Do(p.RemoveNetwork(network)) }
	return p, nil
}
