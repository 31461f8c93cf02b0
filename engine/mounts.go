package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	specs "github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/container"
)

// checkMounts refuses volumes whose host side is not there, and mounts where a container
// needs what the kernel has.
func checkMounts(mounts []specs.Mount) error {
	for _, mount := range mounts {
		if err := checkMount(mount); err != nil {
			return err
		}
	}
	return nil
}

func checkMount(mount specs.Mount) error {
	if mount.Type != "bind" {
		if err := container.CheckMount(mount); err != nil {
			return fmt.Errorf("mounting %s on %q: %w", mount.Type, mount.Destination, err)
		}
		return nil
	}
	err := checkMountSource(mount.Source)
	if err == nil {
		err = container.CheckMount(mount)
	}
	if err != nil {
		return fmt.Errorf("mounting volume \"%s:%s\": %w", mount.Source, mount.Destination, err)
	}
	return nil
}

// checkMountSource refuses a place on the host that is not there. Making it, as docker
// does, would leave a directory on the host that nobody owns.
func checkMountSource(source string) error {
	_, err := os.Stat(source)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w; make it first with \"mkdir -p %s\"", err, source)
	}
	return err
}

// networkFiles are the files that a container gets from its run-time
// directory, by their names there.
var networkFiles = [...]struct{ name, target string }{
	{"hosts", "/etc/hosts"},
	{"hostname", "/etc/hostname"},
	{"resolv.conf", "/etc/resolv.conf"},
}

// fileMounts bind the network files, except where the user binds one of their
// own. A container whose root is read-only cannot write to them either.
func (e *Engine) fileMounts(record *Record) []specs.Mount {
	options := []string{"rbind", "rprivate"}
	if record.ReadOnly {
		options = append(options, "ro")
	}
	var mounts []specs.Mount
	for _, file := range networkFiles {
		if !hasMount(record.Mounts, file.target) {
			mounts = append(mounts, specs.Mount{
				Type: "bind", Destination: file.target, Options: options,
				Source: filepath.Join(e.Layout.LiveContainer(record.ID), file.name),
			})
		}
	}
	return mounts
}

func hasMount(mounts []specs.Mount, target string) bool {
	for _, mount := range mounts {
		if mount.Destination == target {
			return true
		}
	}
	return false
}
