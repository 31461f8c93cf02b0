package test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
)

// Files that are made once for all scripts. On a machine without Go or
// compiler they are brought along, and these variables name them.
const (
	binaryVariable  = "MYDOCKER_TEST_BINARY"
	imageVariable   = "MYDOCKER_TEST_IMAGE"
	attemptVariable = "MYDOCKER_TEST_ATTEMPT"
)

// prepare makes the binary and the image, once.
var prepare = sync.OnceValue(func() error {
	path, err := exec.LookPath("mydocker")
	if err != nil {
		return err
	}
	return errors.Join(installBinary(path), makeImage(imagePath()), makeAttempt(attemptPath()))
})

// installBinary puts the real binary where scripts and shells find it, in the
// place of the copy of the test binary that testscript has put there.
func installBinary(path string) error {
	if err := os.Remove(path); err != nil {
		return err
	}
	if made := os.Getenv(binaryVariable); made != "" {
		return copyFile(made, path, 0o755)
	}
	build := exec.Command("go", "build", "-trimpath", "-tags=urfave_cli_no_docs", "-ldflags=-s -w -X main.version=0.0.0-test -E mydocker/internal/detach.entry", "-o", path, "mydocker")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	return runBuild(build)
}

// imagePath is where the image lies that each story finds in its store: beside
// the binary, in a directory that is removed at the end.
func imagePath() string {
	path, _ := exec.LookPath("mydocker")
	return filepath.Join(filepath.Dir(filepath.Dir(path)), "busybox.tar")
}

func makeImage(path string) error {
	if made := os.Getenv(imageVariable); made != "" {
		return copyFile(made, path, 0o644)
	}
	return runBuild(exec.Command("../scripts/busybox-image.sh", path))
}

func binaryPath() string {
	path, _ := exec.LookPath("mydocker")
	return path
}

// attemptPath is where the program lies that stories have try things in
// containers.
func attemptPath() string { return filepath.Join(filepath.Dir(imagePath()), "attempt") }

func makeAttempt(path string) error {
	if made := os.Getenv(attemptVariable); made != "" {
		return copyFile(made, path, 0o755)
	}
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, "mydocker/test/attempt")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	return runBuild(build)
}

func runBuild(command *exec.Cmd) error {
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
