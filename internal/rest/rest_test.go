package rest

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"mydocker/container/terminal"
)

func TestWhatWasWrittenIsReadThoughSomebodyKeepsThePipe(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	defer write.Close() // and not before the test has ended
	want := bytes.Repeat([]byte("0123456789abcde\n"), 4096)
	if _, err := write.Write(want); err != nil {
		t.Fatal(err)
	}
	End(read, nil)
	if got, err := io.ReadAll(&Reader{File: read}); err != nil || !bytes.Equal(got, want) {
		t.Errorf("got %d bytes of %d, %v", len(got), len(want), err)
	}
}

func TestWhatWasWrittenIsReadThoughSomebodyKeepsTheTerminal(t *testing.T) {
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer slave.Close()
	fd, err := unix.Dup(int(master.Fd()))
	master.Close()
	if err := errors.Join(err, unix.SetNonblock(fd, true)); err != nil {
		t.Fatal(err)
	}
	master = os.NewFile(uintptr(fd), "master")
	defer master.Close()
	if _, err := slave.WriteString("the last words\n"); err != nil {
		t.Fatal(err)
	}
	End(master)
	got, err := io.ReadAll(terminal.Output{Master: &Reader{File: master}})
	if err != nil || string(got) != "the last words\r\n" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestAllIsReadToTheEndThatComesByItself(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	go func() {
		write.WriteString("the end is near")
		write.Close()
	}()
	if got, err := io.ReadAll(&Reader{File: read}); err != nil || string(got) != "the end is near" {
		t.Errorf("got %q, %v", got, err)
	}
}
