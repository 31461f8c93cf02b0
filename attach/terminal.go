package attach

import (
	"fmt"
	"os"
	"os/signal"

	"github.com/moby/term"
	"golang.org/x/sys/unix"
)

// takeTerminal makes this process's terminal raw, as far as it has one, and
// lets the container's terminal follow its size. The function that it gives
// puts everything back.
func (c *Client) takeTerminal() (restore func(), err error) {
	restore = func() {}
	if c.Input != nil && term.IsTerminal(c.Input.Fd()) {
		saved, err := term.SetRawTerminal(c.Input.Fd())
		if err != nil {
			return nil, fmt.Errorf("setting the terminal to raw mode: %w", err)
		}
		restore = func() { term.RestoreTerminal(c.Input.Fd(), saved) }
	}
	c.followSize()
	return restore, nil
}

// followSize sends the terminal's size now and whenever it changes.
func (c *Client) followSize() {
	size, ok := TerminalSize()
	if !ok {
		return
	}
	if c.Rejoin {
		// A program redraws when its terminal changes size, so it has to
		// change even where it is the same as before.
		c.Connection.SendJSON(Resize, Size{Rows: size.Rows + 1, Columns: size.Columns})
	}
	c.Connection.SendJSON(Resize, size)
	changes := make(chan os.Signal, 1)
	signal.Notify(changes, unix.SIGWINCH)
	go func() {
		for range changes {
			if size, ok := TerminalSize(); ok {
				c.Connection.SendJSON(Resize, size)
			}
		}
	}()
}

// TerminalSize gives the size of this process's terminal; it is false when
// the process has none.
func TerminalSize() (Size, bool) {
	for _, file := range []*os.File{os.Stdout, os.Stdin, os.Stderr} {
		if size, err := term.GetWinsize(file.Fd()); err == nil {
			return Size{Rows: size.Height, Columns: size.Width}, true
		}
	}
	return Size{}, false
}
