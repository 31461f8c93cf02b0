package command

import (
	"bufio"
	"fmt"
	"os"
	"time"

	"mydocker/logs"
)

// logPrinter prints each entry on the stream on which the container printed it.
// It gathers those of one stream: whoever follows a log and writes every line by
// itself is slower than a container that floods it.
type logPrinter struct {
	stamped bool // with the time of each line
	stream  string
	output  *bufio.Writer
}

func newLogPrinter(stamped bool) *logPrinter {
	return &logPrinter{stamped: stamped, stream: logs.Stdout, output: bufio.NewWriterSize(os.Stdout, 32<<10)}
}

// Print prints an entry after all others, which may be on the other stream.
func (p *logPrinter) Print(entry logs.Entry) error {
	if err := p.turn(entry.Stream); err != nil {
		return err
	}
	if p.stamped {
		fmt.Fprintf(p.output, "%s ", entry.Time.Format(time.RFC3339Nano))
	}
	_, err := p.output.Write(entry.Text())
	return err
}

func (p *logPrinter) turn(stream string) error {
	if stream == p.stream {
		return nil
	}
	err := p.Flush()
	to := os.Stdout
	if stream == logs.Stderr {
		to = os.Stderr
	}
	p.stream = stream
	p.output.Reset(to)
	return err
}

// Flush prints what was gathered.
func (p *logPrinter) Flush() error {
	return p.output.Flush()
}
