package legacy

import (
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mydocker/network/firewall"
	"mydocker/network/internal/netnstest"
)

const program = "/usr/sbin/xtables-legacy-multi"

// faulty gives a program that runs a shell script before the first
// iptables-restore, and is iptables-legacy otherwise. In the script, $input is
// a file with what the program is to restore.
func faulty(t *testing.T, script string) Firewall {
	t.Helper()
	netnstest.Enter(t)
	if output, err := exec.Command(program, "iptables", "-t", "nat", "-S").CombinedOutput(); err != nil {
		t.Skipf("needs iptables-legacy: %v: %s", err, output)
	}
	directory := t.TempDir()
	path := filepath.Join(directory, "faulty")
	text := strings.NewReplacer("PROGRAM", program, "DIRECTORY", directory, "SCRIPT", script).Replace(`#!/bin/bash
if [ "$1" = iptables-restore ] && mkdir DIRECTORY/once 2>/dev/null; then
	input=DIRECTORY/input
	cat > $input
	SCRIPT
	exec < $input
fi
exec PROGRAM "$@"
`)
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return Firewall{Program: path}
}

func rules() []firewall.Rule {
	return firewall.ForNetwork("testbr", netip.MustParsePrefix("10.10.10.0/24"))
}

func ours(t *testing.T) string {
	t.Helper()
	output, err := exec.Command(program, "iptables-save").Output()
	if err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	for line := range strings.Lines(string(output)) {
		if strings.Contains(line, "mydocker") {
			lines.WriteString(line)
		}
	}
	return lines.String()
}

// iptables-restore commits raw, and then comes to a table that fails.
func TestWhatWasAddedBeforeAFailureIsTakenBack(t *testing.T) {
	f := faulty(t, `sed -i 's/^\*filter/*nonsense/' $input`)
	if err := f.Add("testbr", rules()); err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("got %v, want the failure of the second table", err)
	}
	if left := ours(t); left != "" {
		t.Errorf("there are still\n%s", left)
	}
}

// What had been there before the failure stays.
func TestOnlyWhatWasAddedIsTakenBack(t *testing.T) {
	f := faulty(t, `sed -i 's/^\*filter/*nonsense/' $input`)
	if err := (Firewall{Program: program}).Add("testbr", rules()[:1]); err != nil {
		t.Fatal(err)
	}
	before := ours(t)
	if err := f.Add("testbr", rules()); err == nil {
		t.Error("the failure is not told")
	}
	if after := ours(t); after != before || after == "" {
		t.Errorf("there was\n%s\nand now is\n%s", before, after)
	}
}

// Somebody deletes one of our rules after we have looked.
func TestARuleThatVanishesMeanwhileIsNoObstacle(t *testing.T) {
	f := faulty(t, program+" iptables -t nat -D POSTROUTING 2")
	if err := (Firewall{Program: program}).Add("testbr", rules()); err != nil {
		t.Fatal(err)
	}
	if err := f.Remove("testbr"); err != nil {
		t.Fatal(err)
	}
	if left := ours(t); left != "" {
		t.Errorf("there are still\n%s", left)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(f.Program), "once")); err != nil {
		t.Errorf("nothing vanished meanwhile: %v", err)
	}
}

func TestAProgramThatIsNotThereIsNamed(t *testing.T) {
	err := Firewall{Program: "/nowhere/xtables-legacy-multi"}.Add("testbr", rules())
	if err == nil || !strings.Contains(err.Error(), "/nowhere/xtables-legacy-multi") {
		t.Errorf("got %v", err)
	}
}
