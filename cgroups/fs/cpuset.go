package fs

import (
	"fmt"
	"path"

	"mydocker/cgroups"
	"mydocker/cgroups/cgroupfs"
	"mydocker/internal/shell"
)

const (
	cpusFile = "cpuset.cpus"
	memsFile = "cpuset.mems"
)

// inheritCPUSet has the cpuset files that no limit fills, here and in the
// parents, follow the directory above. A new cpuset is empty in version 1, and no
// task can join one that has no CPU or no memory node. An older parent may have
// lost a CPU that was offline for a while.
func (m *Manager) inheritCPUSet() error {
	for _, ancestor := range m.Ancestors() {
		if err := inherit(ancestor, cpusFile, memsFile); err != nil {
			return err
		}
	}
	return inherit(m.Location(), m.inherited()...)
}

// inherited lists the files that no limit fills.
func (m *Manager) inherited() []string {
	cpu := cgroups.CPULimits(m.limits)
	var files []string
	if cpu.Cpus == "" {
		files = append(files, cpusFile)
	}
	if cpu.Mems == "" {
		files = append(files, memsFile)
	}
	return files
}

func inherit(directory string, files ...string) error {
	for _, file := range files {
		present, err := cgroupfs.Read(directory, file)
		if err != nil {
			return err
		}
		above, err := cgroupfs.Read(path.Dir(directory), file)
		if err != nil {
			return err
		}
		if present == above {
			continue
		}
		if err := cgroupfs.Write(directory, file, above); err != nil {
			return err
		}
	}
	return nil
}

func (m *Manager) inheritSteps() []string {
	var steps []string
	inherit := func(directory string, files ...string) {
		for _, file := range files {
			above := shell.Quote(path.Join(path.Dir(directory), file))
			steps = append(steps, fmt.Sprintf("cat %s > %s", above, shell.Quote(path.Join(directory, file))))
		}
	}
	for _, ancestor := range m.Ancestors() {
		inherit(ancestor, cpusFile, memsFile)
	}
	inherit(m.Location(), m.inherited()...)
	return steps
}

// available gives the CPUs and memory nodes that a cgroup below the mount point
// may use: those online, or fewer inside a container.
func (m *Manager) available() (cpus, mems string, err error) {
	cpus, err = cgroupfs.Read(m.Base, cpusFile)
	if err != nil {
		return "", "", err
	}
	mems, err = cgroupfs.Read(m.Base, memsFile)
	return cpus, mems, err
}
