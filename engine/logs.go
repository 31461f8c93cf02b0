package engine

import (
	"errors"
	"time"

	"mydocker/logs"
)

// followPause is how often a followed log is looked at.
const followPause = 50 * time.Millisecond

// LogPrinter takes what a container has printed. It may gather entries until Flush
// says that there are no more for now.
type LogPrinter interface {
	Print(logs.Entry) error
	Flush() error
}

// Logs passes a container's output to the printer. With follow it goes on until
// the container has ended.
func (e *Engine) Logs(reference string, selection logs.Selection, follow bool, printer LogPrinter) error {
	found, err := e.Container(reference)
	if err != nil {
		return err
	}
	id := found.Record.ID
	position, err := logs.Read(e.logPath(id), selection, printer.Print)
	if err := errors.Join(err, printer.Flush()); err != nil {
		return err
	}
	defer position.Close()
	if !follow || found.live == nil {
		return nil
	}
	return followLog(position, e.watch(id, found.live), passing(selection.Until), printer)
}

// passing says when a time has passed; the zero time never does.
func passing(moment time.Time) <-chan time.Time {
	if moment.IsZero() {
		return nil
	}
	return time.After(time.Until(moment))
}

func followLog(position *logs.Position, ended <-chan int, over <-chan time.Time, printer LogPrinter) error {
	for last := false; !last; {
		select {
		case <-ended:
			last = true
		case <-over:
			last = true
		case <-time.After(followPause):
		}
		err := position.Follow(printer.Print)
		if err := errors.Join(err, printer.Flush()); err != nil {
			return err
		}
	}
	return nil
}
