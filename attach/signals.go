package attach

import (
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
)

// impatience is how many interrupts in a row, each soon after the one before, mean
// that the user wants the program gone, whatever it does with them.
const (
	impatience = 3
	soon       = 2 * time.Second
)

// ForwardSignals passes the signals that people and supervisors send to this
// process on to the program.
func (c *Connection) ForwardSignals() {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, unix.SIGINT, unix.SIGTERM, unix.SIGQUIT, unix.SIGUSR1, unix.SIGUSR2, unix.SIGCONT)
	go func() {
		var pressed interrupts
		for received := range signals {
			number := received.(unix.Signal)
			if number == unix.SIGINT && pressed.again(time.Now()) >= impatience {
				number = unix.SIGKILL
			}
			c.Send(Signal, []byte{byte(number)})
		}
	}()
}

// interrupts counts those in a row.
type interrupts struct {
	number int
	last   time.Time
}

func (i *interrupts) again(now time.Time) int {
	if now.Sub(i.last) > soon {
		i.number = 0
	}
	i.number, i.last = i.number+1, now
	return i.number
}
