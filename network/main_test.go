package network_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"testing"

	"mydocker/internal/companion"
)

// The main goroutine keeps the process's first thread, so that no test that
// changes its network namespace runs there: /proc/self would change with it.
func init() { runtime.LockOSThread() }

// listenVariable makes the test binary a server instead, at the address that
// its value names, until its standard input ends.
const listenVariable = "MYDOCKER_TEST_LISTEN"

func TestMain(m *testing.M) {
	if address := os.Getenv(listenVariable); address != "" {
		serve(address)
		return
	}
	os.Exit(m.Run())
}

func serve(address string) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	io.Copy(io.Discard, os.Stdin)
}

// server starts another process, in the caller's network namespace, that
// listens at an address, and gives its pid and port. Files that it is given
// stay open in it. It ends with the test or when stop is called.
func server(t *testing.T, address string, inherited ...*os.File) (pid int, port uint16, stop func()) {
	t.Helper()
	command := exec.Command(companion.Program)
	command.Env = append(os.Environ(), listenVariable+"="+address)
	command.ExtraFiles = inherited
	output, stop := companion.Start(t, command)
	if _, err := fmt.Fscan(output, &port); err != nil {
		t.Fatalf("the server at %s did not start: %v", address, err)
	}
	return command.Process.Pid, port, stop
}
