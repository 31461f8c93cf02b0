package legacy

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// lockWait is how many seconds a program waits for /run/xtables.lock, which
// every user of iptables-legacy takes.
const lockWait = "30"

// save lists all tables that exist. It makes none.
func (f Firewall) save() ([]line, error) {
	output, err := f.run("", "iptables-save")
	if err != nil {
		return nil, fmt.Errorf("listing firewall rules: %w", err)
	}
	return parseSave(output), nil
}

// restore carries out lines in the format of iptables-save; what they do not
// mention stays.
func (f Firewall) restore(input string) error {
	_, err := f.run(input, "iptables-restore", "--noflush", "--wait", lockWait)
	return err
}

func (f Firewall) run(input, program string, arguments ...string) (output string, err error) {
	command := exec.Command(f.Program, append([]string{program}, arguments...)...)
	command.Stdin = strings.NewReader(input)
	stdout, err := command.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return "", fmt.Errorf("%s (%s): %w: %s", program, f.Program, err, bytes.TrimSpace(exit.Stderr))
	}
	return string(stdout), err
}
