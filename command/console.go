package command

import (
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/creack/pty"
	"github.com/moby/term"
	"golang.org/x/sys/unix"

	"mydocker/container/terminal"
	"mydocker/engine"
	"mydocker/internal/interrupt"
	"mydocker/internal/rest"
)

// showConsole shows a program's terminal on this process's until the function
// that it gives is called when the program has ended, which waits for the last of
// its output.
func showConsole(console *os.File, interactive bool) (finish func() error, err error) {
	restore := func() {}
	if interactive {
		saved, err := term.SetRawTerminal(os.Stdin.Fd())
		if err != nil {
			return nil, fmt.Errorf("setting the terminal to raw mode: %w", err)
		}
		again := func() { term.RestoreTerminal(os.Stdin.Fd(), saved) }
		stop := interrupt.Before(again)
		restore = func() { stop(); again() }
		go io.Copy(console, os.Stdin)
	}
	followSize(console)
	shown := make(chan error, 1)
	go func() {
		_, err := io.Copy(os.Stdout, terminal.Output{Master: &rest.Reader{File: console}})
		if err != nil {
			console.Close() // a program whose output nobody takes meets a hangup
		}
		shown <- err
	}()
	return func() error {
		defer restore()
		rest.End(console)
		return <-shown
	}, nil
}

func followSize(console *os.File) {
	changes := make(chan os.Signal, 1)
	signal.Notify(changes, unix.SIGWINCH)
	changes <- unix.SIGWINCH
	go func() {
		for range changes {
			pty.InheritSize(os.Stdout, console)
		}
	}()
}

// forwardSignals passes signals on that people and supervisors send. Under nohup(1)
// the terminal's end means nothing.
func forwardSignals(process *engine.Execution) {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, unix.SIGINT, unix.SIGTERM, unix.SIGQUIT, unix.SIGUSR1, unix.SIGUSR2)
	if !signal.Ignored(unix.SIGHUP) {
		signal.Notify(signals, unix.SIGHUP)
	}
	go func() {
		for received := range signals {
			process.Signal(received.(unix.Signal))
		}
	}()
}
