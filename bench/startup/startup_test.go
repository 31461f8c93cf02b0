package startup

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestToMainStopsBeforeMainHasDoneAnything(t *testing.T) {
	directory := t.TempDir()
	source, binary, trace := filepath.Join(directory, "main.go"), filepath.Join(directory, "program"), filepath.Join(directory, "trace")
	code := "package main\n\nimport \"os\"\n\nfunc main() { os.WriteFile(" + quote(trace) + ", nil, 0o600) }\n"
	if err := os.WriteFile(source, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", binary, source)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := build.CombinedOutput(); err != nil {
		t.Skipf("needs a compiler: %v: %s", err, output)
	}
	program, err := Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	took, err := program.ToMain()
	if err != nil || took <= 0 {
		t.Fatalf("got %v, %v", took, err)
	}
	if _, err := os.Stat(trace); err == nil {
		t.Error("main has run")
	}
}

func quote(path string) string { return "`" + path + "`" }

func TestOpenRefusesWhatIsNoGoProgram(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip(err)
	}
	if _, err := Open(shell); err == nil {
		t.Error("the shell has no main.main")
	}
}
