package test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"

	"mydocker/container"
)

// condition answers a story that asks what this host can do.
func condition(name string) (bool, error) {
	switch name {
	case "idmap":
		return mapsIDs(os.TempDir())
	case "apparmor":
		answer, err := os.ReadFile("/sys/module/apparmor/parameters/enabled")
		return err == nil && strings.HasPrefix(string(answer), "Y"), nil
	case "cgroup2":
		_, err := os.Stat("/sys/fs/cgroup/cgroup.controllers")
		return err == nil, nil
	case "mount-idmap":
		version, err := exec.Command("mount", "--version").Output()
		return strings.Contains(string(version), "idmapping"), err
	}
	return false, fmt.Errorf("unknown condition %q", name)
}

// mapsIDs tells whether the kernel and the file system of a directory can show
// a container in a user namespace the IDs that are on disk.
func mapsIDs(directory string) (bool, error) {
	trial, err := container.NewTrial()
	if err != nil {
		return false, err
	}
	defer trial.Close()
	return trial.Check(directory, false) == nil, nil
}
