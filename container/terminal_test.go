package container

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/container/terminal"
	"mydocker/internal/handle/handletest"
)

// readTerminal reads what a terminal shows until its last user is gone.
func readTerminal(t *testing.T, console *os.File) string {
	t.Helper()
	console.SetReadDeadline(time.Now().Add(20 * time.Second))
	text, err := io.ReadAll(terminal.Output{Master: console})
	if err != nil {
		t.Fatalf("reading the terminal: %v; so far:\n%s", err, text)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

func TestTerminal(t *testing.T) {
	for name, init := range map[string]bool{"program": false, "init": true} {
		t.Run(name, func(t *testing.T) {
			cfg := shell(t, "tty; stty size; test -t 0 && test -t 1 && test -t 2 && echo all",
				"stat -Lc '%t:%T' /dev/console /dev/pts/0; : < /dev/tty && echo controlling; ls -1 /dev/pts")
			if init {
				withInit(t, &cfg)
			}
			cfg.Spec.Process.Terminal = true
			cfg.Spec.Process.ConsoleSize = &specs.Box{Width: 101, Height: 33}
			p := start(t, cfg)
			output := readTerminal(t, p.Console())
			p.Console().Close()
			want := "/dev/pts/0\n33 101\nall\n88:0\n88:0\ncontrolling\n0\nptmx\n"
			if output != want {
				t.Errorf("got %q, want %q", output, want)
			}
			if status, err := p.Wait(); status != 0 || err != nil {
				t.Errorf("status %d, %v", status, err)
			}
		})
	}
}

func TestTerminalIsTheUsers(t *testing.T) {
	cfg := shell(t, "stat -c %u:%g:%a $(tty); echo x > $(tty)")
	cfg.User = "web"
	cfg.Spec.Process.Terminal = true
	p := start(t, cfg)
	defer p.Console().Close()
	if output := readTerminal(t, p.Console()); output != "100:5:620\nx\n" {
		t.Errorf("got %q", output)
	}
}

// Ctrl-C reaches the program, with and without mydocker as PID 1; the window's
// new size does too.
func TestTerminalControls(t *testing.T) {
	for name, init := range map[string]bool{"program": false, "init": true} {
		t.Run(name, func(t *testing.T) {
			cfg := shell(t, "trap 'echo caught; stty size; exit 3' INT", "echo ready", "while :; do sleep 1; done")
			if init {
				withInit(t, &cfg)
			}
			cfg.Spec.Process.Terminal = true
			p := start(t, cfg)
			console := p.Console()
			defer console.Close()
			console.SetReadDeadline(time.Now().Add(20 * time.Second))
			var seen bytes.Buffer
			buffer := make([]byte, 256)
			for !strings.Contains(seen.String(), "ready") {
				n, err := console.Read(buffer)
				if err != nil {
					t.Fatalf("%v after %q", err, seen.String())
				}
				seen.Write(buffer[:n])
			}
			if err := p.Resize(77, 22); err != nil {
				t.Fatal(err)
			}
			if _, err := console.Write([]byte{3}); err != nil {
				t.Fatal(err)
			}
			if output := readTerminal(t, console); !strings.Contains(output, "caught\n22 77\n") {
				t.Errorf("got %q", output)
			}
			if status, _ := p.Wait(); status != 3 {
				t.Errorf("status %d", status)
			}
		})
	}
}

func TestTerminalNeedsDevpts(t *testing.T) {
	cfg := settings(t, "true")
	cfg.Spec.Process.Terminal = true
	cfg.Spec.Mounts = cfg.Spec.Mounts[:2]
	_, _, err := tryRun(t, cfg)
	wantStartError(t, err, 125, "mount devpts on /dev/pts")
}

// A program that gets the caller's own terminal does not get to own it.
func TestTerminalOfTheHostStaysTheHosts(t *testing.T) {
	needRoot(t)
	master, slave, err := terminal.Open(handletest.Root(t, "/"), nil)
	if err != nil {
		t.Skipf("needs a devpts: %v", err)
	}
	defer master.Close()
	defer slave.Close()
	cfg := settings(t, "true")
	cfg.User, cfg.Stdin, cfg.Stdout = "web", slave, slave
	p := start(t, cfg)
	p.Wait()
	var about unix.Stat_t
	if err := unix.Fstat(int(slave.Fd()), &about); err != nil || about.Uid != 0 {
		t.Errorf("owner %d, %v", about.Uid, err)
	}
}
