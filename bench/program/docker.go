package program

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Docker is a client and a daemon of its own, with everything that it writes
// below directory and its cgroups below parent.
func Docker(directory, archive, parent string) (*Program, error) {
	client, daemon, err := dockerPrograms()
	if err != nil {
		return nil, missing("docker", err)
	}
	d := &dockerd{path: daemon, directory: directory, parent: parent}
	e := engine{path: client, global: []string{"-H", "unix://" + d.socket()}, setting: []string{"DOCKER_CONFIG=" + directory}}
	p := &Program{Name: "docker", Version: firstLine(daemon, "--version")}
	e.words(p)
	p.start = func() error { return errors.Join(d.start(e), e.furnish(p, archive)) }
	p.stop = d.end
	return p, nil
}

// dockerPrograms looks where Debian's package puts them before it looks in
// PATH, so that client and daemon are of one version.
func dockerPrograms() (client, daemon string, err error) {
	for path, place := range map[*string][]string{&client: {"/usr/bin/docker", "docker"}, &daemon: {"/usr/sbin/dockerd", "dockerd"}} {
		if *path, err = exec.LookPath(place[0]); err != nil {
			if *path, err = exec.LookPath(place[1]); err != nil {
				return "", "", err
			}
		}
	}
	return client, daemon, nil
}

// a dockerd is a daemon that nobody else knows of.
type dockerd struct {
	path, directory, parent string
	process                 *exec.Cmd
}

func (d *dockerd) socket() string { return filepath.Join(d.directory, "sock") }

// patience is how long the daemon may take to start and to end.
const patience = time.Minute

func (d *dockerd) start(client engine) error {
	if err := os.MkdirAll(d.directory, 0o700); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(d.directory, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	d.process = exec.Command(d.path,
		"--data-root", filepath.Join(d.directory, "data"), "--exec-root", filepath.Join(volatile, "docker"),
		"--pidfile", filepath.Join(d.directory, "pid"), "--host", "unix://"+d.socket(),
		"--cgroup-parent", "/"+strings.Trim(d.parent, "/"),
		"--oom-score-adjust", "0") // lower needs a right that not every root has
	d.process.Stdout, d.process.Stderr = log, log
	if err := d.process.Start(); err != nil {
		return err
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if client.command("version").Run() == nil {
			return nil
		}
	}
	said, _ := os.ReadFile(log.Name())
	return fmt.Errorf("waiting for dockerd: no answer after %v; its log: %s", patience, said[max(0, len(said)-1000):])
}

// end asks the daemon to go, which ends its containers, and waits for it.
func (d *dockerd) end() error {
	if d.process == nil || d.process.Process == nil {
		return nil
	}
	d.process.Process.Signal(syscall.SIGTERM)
	killer := time.AfterFunc(patience, func() { d.process.Process.Kill() })
	defer killer.Stop()
	return d.process.Wait()
}
