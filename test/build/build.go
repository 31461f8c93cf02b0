// Package build makes what end-to-end tests work with. On a machine without Go
// or compiler that is brought along, and environment variables name it.
package build

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	binaryVariable = "MYDOCKER_TEST_BINARY"
	imageVariable  = "MYDOCKER_TEST_IMAGE"
)

// Binary makes mydocker, with build tags or as it is released.
func Binary(path string, tags ...string) error {
	if made := os.Getenv(binaryVariable); made != "" && len(tags) == 0 {
		return copyFile(made, path, 0o755)
	}
	build := exec.Command("go", "build", "-trimpath", "-tags="+strings.Join(tags, ","),
		"-ldflags=-s -w -X main.version=0.0.0-test -E mydocker/internal/detach.entry", "-o", path, "mydocker")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	return run(build)
}

// Image makes the archive of the image busybox, by a script of the module whose
// root is given.
func Image(path, module string) error {
	if made := os.Getenv(imageVariable); made != "" {
		return copyFile(made, path, 0o644)
	}
	return run(exec.Command(filepath.Join(module, "scripts/busybox-image.sh"), path))
}

func run(command *exec.Cmd) error {
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("running %q: %w:\n%s", command.Args, err, output)
	}
	return nil
}

func copyFile(from, to string, mode os.FileMode) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, content, mode)
}
