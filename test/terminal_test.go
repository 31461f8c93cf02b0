package test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"syscall"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"mydocker/test/patience"
)

// A terminal is a real pseudo terminal with a person at one end and a program
// at the other.
type terminal struct {
	control *os.File
	command *exec.Cmd
	silent  chan struct{} // closed when no program has the terminal any more
	ended   chan error    // the program's end, once

	mutex  sync.Mutex
	screen []byte // what was printed and no expectation has used yet
}

// openTerminal starts a program as a shell in a window would: it leads a
// session whose controlling terminal this is, of 24 rows and 80 columns.
func openTerminal(command *exec.Cmd) (*terminal, error) {
	blocking, err := pty.StartWithSize(command, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		return nil, err
	}
	control, err := interruptible(blocking)
	if err != nil {
		return nil, err
	}
	t := &terminal{control: control, command: command, silent: make(chan struct{}), ended: make(chan error, 1)}
	go t.read()
	go t.await()
	return t, nil
}

// await tells of the program's end, after what it printed last has been read:
// unless somebody else keeps the terminal open, which then has no end.
func (t *terminal) await() {
	err := t.command.Wait()
	select {
	case <-t.silent:
	case <-time.After(time.Second):
	}
	t.ended <- err
}

// interruptible gives the file in a form whose Close does not wait for a Read.
func interruptible(blocking *os.File) (*os.File, error) {
	defer blocking.Close()
	fd, err := unix.FcntlInt(blocking.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), blocking.Name()), nil
}

// read keeps what is printed until the terminal has no program left.
func (t *terminal) read() {
	defer close(t.silent)
	buffer := make([]byte, 4096)
	for {
		n, err := t.control.Read(buffer)
		t.mutex.Lock()
		t.screen = append(t.screen, buffer[:n]...)
		t.mutex.Unlock()
		if err != nil {
			return
		}
	}
}

// expect waits for a text and gives all that was printed up to its end.
func (t *terminal) expect(text *regexp.Regexp) (string, error) {
	deadline := time.Now().Add(patience.Usual())
	for {
		over := t.over()
		if seen, found := t.take(text); found {
			return seen, nil
		}
		if over || time.Now().After(deadline) {
			return "", fmt.Errorf("the terminal does not show %q; it shows:\n%s", text, t.rest())
		}
		time.Sleep(patience.Pause)
	}
}

// over tells whether the last has been printed.
func (t *terminal) over() bool {
	select {
	case <-t.silent:
		return true
	default:
		return false
	}
}

// take looks for a text and uses up the screen to its end.
func (t *terminal) take(text *regexp.Regexp) (seen string, found bool) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	match := text.FindIndex(t.screen)
	if match == nil {
		return "", false
	}
	seen, t.screen = string(t.screen[:match[1]]), t.screen[match[1]:]
	return seen, true
}

// rest is what the terminal showed and no expectation has used.
func (t *terminal) rest() string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return string(t.screen)
}

func (t *terminal) send(keys string) error {
	_, err := t.control.WriteString(keys)
	return err
}

func (t *terminal) resize(rows, columns uint16) error {
	connection, err := t.control.SyscallConn()
	if err != nil {
		return err
	}
	size, failure := &unix.Winsize{Row: rows, Col: columns}, error(nil)
	err = connection.Control(func(fd uintptr) {
		failure = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, size)
	})
	return errors.Join(err, failure)
}

// wait gives the program's exit status.
func (t *terminal) wait() (int, error) {
	select {
	case err := <-t.ended:
		t.ended <- err
		return exitStatus(err), nil
	case <-time.After(patience.Usual()):
		return 0, fmt.Errorf("%q still runs", t.command.Args)
	}
}

// hangUp closes the window. The kernel sends SIGHUP to the session.
func (t *terminal) hangUp() error { return t.control.Close() }

// close ends a terminal that may have ended already.
func (t *terminal) close() {
	t.command.Process.Kill()
	t.control.Close()
}

func signalOf(exit *exec.ExitError) int {
	return int(exit.Sys().(syscall.WaitStatus).Signal())
}
