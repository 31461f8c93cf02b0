package test

import (
	"flag"
	"os"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"mydocker/test/patience"
)

// TestScripts runs every story in testdata. Stories run at the same time: all
// may call their network testbr and publish port 8080.
func TestScripts(t *testing.T) { tell(t, "testdata") }

// TestCrowd runs the stories about many containers, which keep the machine and
// the kernel's one lock of network configuration busy, while no other story
// runs.
func TestCrowd(t *testing.T) {
	if patience.For(time.Second) > time.Second {
		t.Skip("hundreds of processes at once take too long on an emulated machine")
	}
	tell(t, "testdata/crowd")
}

// TestAlone runs the stories that other stories would notice.
func TestAlone(t *testing.T) { tell(t, "testdata/alone") }

// TestReboot runs the stories in which a host loses its power. With them a
// machine that can be power-cycled is tested, too: see TestPowerCycle.
func TestReboot(t *testing.T) { tell(t, "testdata/reboot") }

func tell(t *testing.T, directory string) {
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	if err := prepare(); err != nil {
		t.Fatal(err)
	}
	testscript.RunT(reader{t}, testscript.Params{
		Dir:                directory,
		RequireUniqueNames: true,
		Setup:              newStory,
		Condition:          condition,
		Cmds:               words(),
	})
}

// words are those of the stories that need no program of their own.
func words() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"tty":       tty,
		"exits":     exits,
		"remember":  remember,
		"snapshot":  takeSnapshot,
		"unchanged": unchanged,
		"reboot":    reboot,
	}
}

// reader has a story that fails told from the failed phase on, whether or not
// the tests' output is read by a program, which makes them verbose. With -v a
// person gets all of it.
type reader struct{ *testing.T }

func (r reader) Run(name string, tell func(testscript.T)) {
	r.T.Run(name, func(t *testing.T) { tell(reader{t}) })
}

func (r reader) Verbose() bool { return flag.Lookup("test.v").Value.String() == "true" }
