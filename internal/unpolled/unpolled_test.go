package unpolled_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/internal/unpolled"
)

func TestOpenFailsAsOsDoes(t *testing.T) {
	_, err := unpolled.Open("/no/such", os.O_RDONLY)
	_, want := os.Open("/no/such")
	if !errors.Is(err, fs.ErrNotExist) || err.Error() != want.Error() {
		t.Errorf("got %v, want %v", err, want)
	}
}

func TestAPipeCarriesDataAndIsClosedForOtherPrograms(t *testing.T) {
	read, write, err := unpolled.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	if err := read.SetReadDeadline(time.Now()); !errors.Is(err, os.ErrNoDeadline) {
		t.Errorf("Go polls it: %v", err)
	}
	for _, end := range []*os.File{read, write} {
		if flags, err := unix.FcntlInt(end.Fd(), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
			t.Errorf("flags %#x, %v", flags, err)
		}
	}
	write.WriteString("text")
	write.Close()
	if got, err := io.ReadAll(read); err != nil || string(got) != "text" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestWhatIsPolledHasDeadlines(t *testing.T) {
	read, write, err := unpolled.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer write.Close()
	polled, err := unpolled.Polled(read)
	if err != nil {
		t.Fatal(err)
	}
	defer polled.Close()
	polled.SetReadDeadline(time.Now())
	if _, err := polled.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("reading what is not there: %v", err)
	}
	if err := read.Close(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("the file from which it was made is open still: %v", err)
	}
}
