package test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/test/patience"
)

// eventually [-t DURATION] COMMAND… repeats a command until it succeeds and
// prints what it then prints.
func eventually() {
	arguments, limit := os.Args[1:], patience.Usual()
	if len(arguments) > 1 && arguments[0] == "-t" {
		duration, err := time.ParseDuration(arguments[1])
		if err != nil {
			fail(err.Error())
		}
		arguments, limit = arguments[2:], patience.For(duration)
	}
	if len(arguments) == 0 {
		fail("usage: eventually [-t DURATION] COMMAND…")
	}
	var stdout, stderr bytes.Buffer
	err := patience.Wait(limit, func() error {
		stdout.Reset()
		stderr.Reset()
		command := exec.Command(arguments[0], arguments[1:]...)
		command.Stdout, command.Stderr = &stdout, &stderr
		return command.Run()
	})
	os.Stdout.Write(stdout.Bytes())
	os.Stderr.Write(stderr.Bytes())
	if err != nil {
		fail(fmt.Sprintf("eventually: %q: not within %v: %v", arguments, limit, err))
	}
}

// otherhost COMMAND… runs a command on the other host.
func otherHost() {
	// nsenter is one of util-linux, which every Debian has.
	nsenter, err := exec.LookPath("nsenter")
	if err != nil {
		fail(err.Error())
	}
	arguments := append([]string{"nsenter", "--net=" + os.Getenv("OTHERHOST"), "--"}, os.Args[1:]...)
	fail(unix.Exec(nsenter, arguments, os.Environ()).Error())
}

// served URL TEXT waits until a page holds a text, and prints the page.
func served() {
	if len(os.Args) != 3 {
		fail("usage: served URL TEXT")
	}
	url, text := os.Args[1], os.Args[2]
	client := http.Client{Timeout: patience.Usual() / 5, Transport: &http.Transport{DisableKeepAlives: true}}
	err := patience.Wait(patience.Usual(), func() error {
		page, err := fetch(client, url)
		if err == nil && !strings.Contains(page, text) {
			err = fmt.Errorf("the page has no %q: %q", text, page)
		}
		if err == nil {
			fmt.Print(page)
		}
		return err
	})
	if err != nil {
		fail(fmt.Sprintf("served: %v", err))
	}
}

func fetch(client http.Client, url string) (string, error) {
	response, err := client.Get(url)
	if err != nil {
		return "", err
	}
	page, err := io.ReadAll(response.Body)
	return string(page), errors.Join(err, response.Body.Close())
}
