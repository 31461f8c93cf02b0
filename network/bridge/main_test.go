package bridge

import (
	"os"
	"runtime"
	"testing"
)

// The main goroutine keeps the process's first thread, so that no test that
// changes its network namespace runs there: /proc/self would change with it.
func init() { runtime.LockOSThread() }

func TestMain(m *testing.M) { os.Exit(m.Run()) }
