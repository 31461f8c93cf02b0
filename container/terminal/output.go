package terminal

import (
	"errors"
	"io"

	"golang.org/x/sys/unix"
)

// Output reads what the programs on a terminal write, to the end of the last of
// them. While nobody has a terminal open the kernel says EIO to its master; but
// it may say so too of a terminal that was closed after it had looked for
// output and before it looked who has it open (n_tty_read). So only the second
// EIO in a row is the end. A pipe can be read as well.
type Output struct{ Master io.Reader }

func (o Output) Read(buffer []byte) (int, error) {
	n, err := o.Master.Read(buffer)
	if errors.Is(err, unix.EIO) {
		n, err = o.Master.Read(buffer)
	}
	if errors.Is(err, unix.EIO) {
		err = io.EOF
	}
	return n, err
}
