package shell

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheShellReadsBackWhatWasQuoted(t *testing.T) {
	for _, text := range []string{
		"", "plain", "/var/lib/my docker", "it's", "$HOME `id` \"x\"", "a;b", "~", "*", "a'b c'd", "(x)",
		"two\nlines", "tab\tand \x1b[31m it's \\n", "END\nrm -rf /\n", "\x7f", "ümläut\n",
	} {
		quoted := Quote(text)
		if strings.Contains(quoted, "\n") {
			t.Errorf("Quote(%q) = %s, which is more than one line", text, quoted)
		}
		output, err := exec.Command("bash", "-c", "printf %s "+quoted).CombinedOutput()
		if err != nil || string(output) != text {
			t.Errorf("Quote(%q) = %s, which the shell reads as %q, %v", text, quoted, output, err)
		}
	}
}

func TestWriteFileWritesAnyText(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a file")
	for _, text := range []string{"", "one\n", "one\n\n", "$HOME `id` \\\n", "END\nEND_\nrm -rf /\n"} {
		script := strings.Join(WriteFile(path, 0o640, text), "\n")
		if output, err := exec.Command("bash", "-euc", script).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s\n%s", err, output, script)
		}
		content, err := os.ReadFile(path)
		if err != nil || string(content) != text {
			t.Errorf("wrote %q, read %q, %v", text, content, err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode() != 0o640 {
			t.Errorf("the file's mode is %v, %v", info.Mode(), err)
		}
	}
}
