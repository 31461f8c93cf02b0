// Package test drives the real binary, as root, through the scripts in
// testdata. Each script has a host of its own and reads as documentation.
package test

import (
	"os"
	"runtime"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The main thread keeps the namespaces that the program came with: a script
// locks the thread that it runs on, moves it to namespaces of its own, and must
// not do that to this one.
func init() { runtime.LockOSThread() }

// TestMain makes the programs below, and mydocker, commands of every script
// and of every shell that a script starts.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"mydocker":   func() { panic("the test binary stands in for mydocker: TestScripts did not install it") },
		"eventually": eventually,
		"otherhost":  otherHost,
		"served":     served,
		"udp":        udp,
	})
}

// fail ends one of the programs above.
func fail(message string) {
	os.Stderr.WriteString(message + "\n")
	os.Exit(1)
}
