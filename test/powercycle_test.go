package test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"

	"mydocker/internal/snapshot"
	"mydocker/state"
	"mydocker/test/host"
)

const (
	// powerCycle asks whoever runs the machine to pull its plug and to boot
	// the same disk again, when the tests have ended (scripts/vm/boot.sh).
	powerCycle = "/run/power-cycle"
	// startSnapshot keeps, over power cycles, what the machine was like.
	startSnapshot = "/var/tmp/mydocker-start.json"
	// powerCutStory is told on the machine itself, from one reboot to the next.
	powerCutStory = "testdata/reboot/power-cut.txtar"
)

// TestPowerCycle tells a story on a machine of its own, with mydocker's usual
// directories, where "reboot" is a real power cut. MYDOCKER_TEST_BOOT counts
// how often the machine has been started; each time the next part is told.
func TestPowerCycle(t *testing.T) {
	boot, err := strconv.Atoi(os.Getenv("MYDOCKER_TEST_BOOT"))
	if err != nil {
		t.Skip("needs a machine that may be power-cycled: make test-vm")
	}
	if err := prepare(); err != nil {
		t.Fatal(err)
	}
	parts, err := partsOf(powerCutStory)
	if err != nil || boot > len(parts) {
		t.Fatalf("the story has %d parts, this is boot %d; %v", len(parts), boot, err)
	}
	path := filepath.Join(t.TempDir(), fmt.Sprintf("boot-%d.txtar", boot))
	if err := os.WriteFile(path, parts[boot-1], 0o600); err != nil {
		t.Fatal(err)
	}
	testscript.RunT(reader{t}, testscript.Params{Files: []string{path}, Setup: machineStory, Cmds: words()})
	t.Cleanup(func() {
		if boot < len(parts) && !t.Failed() {
			os.WriteFile(powerCycle, nil, 0o600)
		}
	})
}

// partsOf splits a story where the host is rebooted. Each part has its files.
func partsOf(path string) ([][]byte, error) {
	story, err := txtar.ParseFile(path)
	if err != nil {
		return nil, err
	}
	var parts [][]byte
	for _, text := range strings.Split(string(story.Comment), "\nreboot\n") {
		parts = append(parts, txtar.Format(&txtar.Archive{Comment: []byte(text + "\n"), Files: story.Files}))
	}
	return parts, nil
}

// machineStory has a story told on the machine as it is.
func machineStory(env *testscript.Env) error {
	s := &story{Host: host.Machine(), terminals: map[string]*terminal{}}
	env.Values[storyKey{}] = s
	before, err := firstSnapshot(s.Scope)
	if err != nil {
		return err
	}
	s.snapshots = map[string]snapshot.Snapshot{start: before}
	env.Setenv("ROOT", state.DefaultRoot)
	env.Setenv("RUN_ROOT", state.DefaultRunRoot)
	env.Setenv("MYDOCKER_TEST_SLOW", os.Getenv("MYDOCKER_TEST_SLOW"))
	dropped := filepath.Join(state.DefaultRoot, "image/busybox.tar")
	if state.Exists(dropped) {
		return nil
	}
	return copyFile(imagePath(), dropped, 0o644)
}

// firstSnapshot is the one of the machine's first boot.
func firstSnapshot(scope snapshot.Scope) (taken snapshot.Snapshot, err error) {
	text, err := os.ReadFile(startSnapshot)
	if err == nil {
		return taken, json.Unmarshal(text, &taken)
	}
	if taken, err = snapshot.Take(scope); err != nil {
		return nil, err
	}
	if text, err = json.Marshal(taken); err != nil {
		return nil, err
	}
	return taken, state.WriteFile(startSnapshot, text, state.Durable)
}
