package engine

import (
	"errors"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"

	"mydocker/cgroups"
)

// Info is what this host and this instance are.
type Info struct {
	Root, RunRoot string
	Kernel        string
	Architecture  string
	CPUs          int
	Memory        uint64   // bytes
	Cgroups       []string // the hierarchies in use, such as "memory (version 1)"
	Containers    int
	Running       int
	Images        int
	Networks      int
}

// Info describes this host and this instance. What can be told is told; what
// could not be read is in the error.
func (e *Engine) Info() (Info, error) {
	info := Info{
		Root: e.Layout.Root, RunRoot: e.Layout.RunRoot,
		Architecture: runtime.GOARCH, CPUs: runtime.NumCPU(),
	}
	return info, errors.Join(info.askKernel(), info.askCgroups(), e.count(&info))
}

func (i *Info) askKernel() error {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return err
	}
	i.Kernel = unix.ByteSliceToString(name.Release[:])
	var system unix.Sysinfo_t
	if err := unix.Sysinfo(&system); err != nil {
		return err
	}
	i.Memory = uint64(system.Totalram) * uint64(system.Unit)
	return nil
}

func (i *Info) askCgroups() error {
	hierarchies, err := cgroups.Hierarchies()
	for _, hierarchy := range hierarchies {
		i.Cgroups = append(i.Cgroups, fmt.Sprintf("%s (version %d)", strings.Join(hierarchy.Controllers, ","), hierarchy.Version))
	}
	return err
}

func (e *Engine) count(info *Info) error {
	containers, listErr := e.List()
	for _, container := range containers {
		info.Containers++
		if container.State == Up {
			info.Running++
		}
	}
	images, imagesErr := e.Images.List()
	networks, networksErr := e.Networks()
	info.Images, info.Networks = len(images), len(networks)
	return errors.Join(listErr, imagesErr, networksErr)
}
