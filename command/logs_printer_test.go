package command

import (
	"os"
	"path/filepath"
	"testing"

	"mydocker/logs"
)

// Both streams may be one file, as after 2>&1.
func TestLogPrinterKeepsTheOrderOfBothStreams(t *testing.T) {
	path := filepath.Join(t.TempDir(), "printed")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	stdout, stderr := os.Stdout, os.Stderr
	defer func() { os.Stdout, os.Stderr = stdout, stderr }()
	os.Stdout, os.Stderr = file, file
	printer := newLogPrinter(false)
	for _, entry := range []logs.Entry{
		{Stream: logs.Stdout, Log: "one\n"}, {Stream: logs.Stderr, Log: "two\n"}, {Stream: logs.Stderr, Log: "three\n"},
		{Stream: logs.Stdout, Log: "four\n"}, {Stream: logs.Stdout, Bytes: []byte("\xff\n")}, {Stream: logs.Stderr, Log: "six"},
	} {
		if err := printer.Print(entry); err != nil {
			t.Fatal(err)
		}
	}
	if err := printer.Flush(); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "one\ntwo\nthree\nfour\n\xff\nsix" {
		t.Errorf("got %q", got)
	}
}
