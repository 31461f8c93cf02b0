package attach

import (
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
)

// impatience is how many interrupts in a row mean that the user wants the
// program gone, whatever it does with them.
const impatience = 3

// ForwardSignals passes the signals that people and supervisors send to this
// process on to the program.
func (c *Connection) ForwardSignals() {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, unix.SIGINT, unix.SIGTERM, unix.SIGQUIT, unix.SIGUSR1, unix.SIGUSR2, unix.SIGCONT)
	go func() {
		interrupts := 0
		for received := range signals {
			number := received.(unix.Signal)
			if number == unix.SIGINT {
				interrupts++
			}
			if interrupts >= impatience {
				number = unix.SIGKILL
			}
			c.Send(Signal, []byte{byte(number)})
		}
	}()
}
