// Package apparmor sees to the AppArmor profile that containers run under where
// the host has AppArmor (apparmor(7)): docker's, under a name of its own.
package apparmor

import (
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/moby/profiles/apparmor"
)

// DefaultProfile is the name of the profile that mydocker loads.
const DefaultProfile = "mydocker-default"

// Unconfined is the name of no profile.
const Unconfined = "unconfined"

// Enabled tells whether the kernel enforces profiles.
func Enabled() bool { return enabled("/sys/module/apparmor/parameters/enabled") }

func enabled(file string) bool {
	answer, err := os.ReadFile(file)
	return err == nil && strings.HasPrefix(string(answer), "Y")
}

// CanLoad tells whether the host has what loads profiles: the program, and the
// kernel's files to write to. Where they are missing, as docker has it,
// containers run without one.
func CanLoad() bool {
	if _, err := os.Stat(profiles); err != nil {
		return false
	}
	_, err := exec.LookPath(parser)
	return err == nil
}

const (
	parser   = "apparmor_parser"
	profiles = "/sys/kernel/security/apparmor/profiles"
)

// Load loads the default profile unless the kernel has it. It stays until the
// host goes down: nobody can tell who uses it.
func Load() error {
	if loaded, err := Loaded(DefaultProfile); err != nil || loaded {
		return err
	}
	if err := apparmor.InstallDefault(DefaultProfile); err != nil {
		return fmt.Errorf("loading AppArmor profile %q: %w", DefaultProfile, err)
	}
	return nil
}

// Loaded tells whether the kernel knows a profile.
func Loaded(profile string) (bool, error) {
	loaded, err := apparmor.IsLoaded(profile)
	if os.IsNotExist(err) {
		return false, fmt.Errorf("looking for AppArmor profile %q: %w; mount it with: mount -t securityfs securityfs /sys/kernel/security", profile, err)
	}
	return loaded, err
}
