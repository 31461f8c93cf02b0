package test

import (
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

const ttyUsage = `usage: tty [-on NAME] VERB…
  start COMMAND…      open a terminal and run a command in it
  expect REGEXP       wait until it shows a text after the last one expected
  type TEXT           type a line and press enter
  press KEY…          press keys, such as ctrl-c, enter, tab
  resize ROWS COLUMNS
  hangup              close the terminal
  exits STATUS        wait for the command's end`

// tty sits at a terminal; with -on, at another one than the first.
func tty(ts *testscript.TestScript, neg bool, args []string) {
	name := ""
	if len(args) > 2 && args[0] == "-on" {
		name, args = args[1], args[2:]
	}
	if neg || len(args) == 0 {
		ts.Fatalf(ttyUsage)
	}
	s := storyOf(ts)
	verb, args := args[0], args[1:]
	if verb == "start" {
		s.terminals[name] = startTerminal(ts, args)
		return
	}
	t := s.terminals[name]
	if t == nil {
		ts.Fatalf("no terminal was started; %s", ttyUsage)
	}
	ts.Check(t.do(ts, verb, args))
}

func startTerminal(ts *testscript.TestScript, args []string) *terminal {
	if len(args) == 0 {
		ts.Fatalf(ttyUsage)
	}
	path, err := exec.LookPath(args[0])
	ts.Check(err)
	command := exec.Command(path, args[1:]...)
	command.Dir = ts.MkAbs(".")
	command.Env = environment(ts)
	t, err := openTerminal(command)
	ts.Check(err)
	return t
}

// environment gives what a command needs of the script's environment.
func environment(ts *testscript.TestScript) []string {
	var variables []string
	for _, name := range []string{"PATH", "HOME", "TERM", "WORK", "OTHERHOST", "MYDOCKER_ROOT", "MYDOCKER_RUN_ROOT"} {
		variables = append(variables, name+"="+ts.Getenv(name))
	}
	return variables
}

func (t *terminal) do(ts *testscript.TestScript, verb string, args []string) error {
	text := strings.Join(args, " ")
	switch verb {
	case "expect":
		return t.expectLogged(ts, text)
	case "type":
		return t.send(text + "\r")
	case "press":
		return t.press(args)
	case "resize":
		return t.resizeTo(args)
	case "hangup":
		return t.hangUp()
	case "exits":
		return t.exits(text)
	}
	return fmt.Errorf("unknown verb %q; %s", verb, ttyUsage)
}

func (t *terminal) expectLogged(ts *testscript.TestScript, text string) error {
	pattern, err := regexp.Compile("(?m)" + text)
	if err != nil {
		return err
	}
	seen, err := t.expect(pattern)
	ts.Logf("[terminal]\n%s", strings.ReplaceAll(seen, "\r", ""))
	return err
}

func (t *terminal) press(keys []string) error {
	for _, key := range keys {
		typed, err := keystroke(key)
		if err != nil {
			return err
		}
		if err := t.send(typed); err != nil {
			return err
		}
	}
	return nil
}

// keystroke gives the byte that a key sends. A letter with ctrl sends its
// place in the alphabet.
func keystroke(key string) (string, error) {
	letter, control := strings.CutPrefix(key, "ctrl-")
	switch {
	case control && len(letter) == 1:
		return string(rune(letter[0] & 0x1f)), nil
	case key == "enter":
		return "\r", nil
	case key == "tab":
		return "\t", nil
	case len(key) == 1:
		return key, nil
	}
	return "", fmt.Errorf("no such key: %q", key)
}

func (t *terminal) resizeTo(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("resize wants rows and columns, not %q", args)
	}
	rows, err := strconv.ParseUint(args[0], 10, 16)
	if err != nil {
		return err
	}
	columns, err := strconv.ParseUint(args[1], 10, 16)
	if err != nil {
		return err
	}
	return t.resize(uint16(rows), uint16(columns))
}

func (t *terminal) exits(status string) error {
	got, err := t.wait()
	if err == nil && strconv.Itoa(got) != status {
		err = fmt.Errorf("%q: exit status %d, want %s", t.command.Args, got, status)
	}
	if err != nil {
		err = fmt.Errorf("%w; the terminal shows:\n%s", err, t.rest())
	}
	return err
}
