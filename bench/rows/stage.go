// Package rows holds the work that is measured, one row of the tables each.
package rows

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"

	"mydocker/bench/host"
	"mydocker/bench/program"
)

// A Stage is where the programs stand ready.
type Stage struct {
	Mydocker, Runc, Crun, Podman, Docker, Unshare, Clone *program.Program // nil: not here

	Binary  string // mydocker's
	Archive string // the root file system of all containers
	Scratch string // a directory for whatever a row needs
	Size    Size
	Absent  []string // why a peer is not here
	started []*program.Program
}

// Setup prepares the image and the programs. A peer that is missing or does
// not start is noted and left out; mydocker and unshare must be there.
func Setup(h host.Host, binary string, size Size, peers bool) (*Stage, error) {
	at := func(name string) string { return filepath.Join(h.Directory, name) }
	s := &Stage{Binary: binary, Archive: at("busybox.tar"), Scratch: h.Directory, Size: size}
	if err := program.Do(exec.Command("scripts/busybox-image.sh", s.Archive)); err != nil {
		return nil, err
	}
	bundles, err := program.NewBundles(at("bundles"), s.Archive, h.Cgroup)
	if err != nil {
		return nil, err
	}
	must := func(slot **program.Program, p *program.Program, err error) error {
		if err == nil {
			err = s.start(slot, p)
		}
		return err
	}
	unshare, err := program.Unshare(bundles.Rootfs())
	err = errors.Join(
		must(&s.Mydocker, program.Mydocker(binary, h.Mydocker(), s.Archive), nil),
		must(&s.Unshare, unshare, err),
	)
	if err != nil {
		return s, err
	}
	may := func(slot **program.Program, p *program.Program, err error) {
		if err := must(slot, p, err); err != nil {
			s.Absent = append(s.Absent, err.Error())
		}
	}
	s.startFloorsAndRuntimes(may, bundles)
	if peers {
		s.startPeers(may, h, at)
	}
	return s, nil
}

type starter func(slot **program.Program, p *program.Program, err error)

func (s *Stage) startFloorsAndRuntimes(may starter, bundles *program.Bundles) {
	clone, err := program.Clone(s.Scratch, bundles.Rootfs())
	may(&s.Clone, clone, err)
	runc, err := program.Runc(bundles)
	may(&s.Runc, runc, err)
	crun, err := program.Crun(bundles)
	may(&s.Crun, crun, err)
}

// startPeers starts those that take their time.
func (s *Stage) startPeers(may starter, h host.Host, at func(string) string) {
	podman, err := program.Podman(at("podman"), s.Archive, h.Cgroup)
	may(&s.Podman, podman, err)
	docker, err := program.Docker(at("docker"), s.Archive, h.Cgroup)
	may(&s.Docker, docker, err)
}

func (s *Stage) start(slot **program.Program, p *program.Program) error {
	s.started = append(s.started, p)
	if err := p.Start(); err != nil {
		return err
	}
	*slot = p
	return nil
}

// End ends the programs.
func (s *Stage) End() (err error) {
	for _, p := range s.started {
		err = errors.Join(err, p.Stop())
	}
	return err
}

// Programs gives those that are here.
func (s *Stage) Programs() []*program.Program {
	return present(s.Mydocker, s.Unshare, s.Clone, s.Runc, s.Crun, s.Podman, s.Docker)
}

// runtimes gives those whose containers can stay in the background.
func (s *Stage) runtimes() []*program.Program {
	return present(s.Mydocker, s.Runc, s.Crun, s.Podman, s.Docker)
}

// engines gives those that know networks.
func (s *Stage) engines() []*program.Program {
	return present(s.Mydocker, s.Podman, s.Docker)
}

func present(programs ...*program.Program) []*program.Program {
	var here []*program.Program
	for _, p := range programs {
		if p != nil {
			here = append(here, p)
		}
	}
	return here
}

// name gives a container's name that differs from all others'.
func name(p *program.Program, row string, turn int) string {
	return fmt.Sprintf("%.4s-%s-%d", p.Name, row, turn)
}
