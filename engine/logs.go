package engine

import (
	"time"

	"mydocker/logs"
)

// followPause is how often a followed log is looked at.
const followPause = 50 * time.Millisecond

// Logs passes a container's output to each. With follow it goes on until the
// container has ended.
func (e *Engine) Logs(reference string, selection logs.Selection, follow bool, each func(logs.Entry) error) error {
	found, err := e.Container(reference)
	if err != nil {
		return err
	}
	id := found.Record.ID
	position, err := logs.Read(e.logPath(id), selection, each)
	if err != nil {
		return err
	}
	defer position.Close()
	if !follow {
		return nil
	}
	if found.live == nil {
		return nil
	}
	return followLog(position, e.watch(id, found.live), passing(selection.Until), each)
}

// passing says when a time has passed; the zero time never does.
func passing(moment time.Time) <-chan time.Time {
	if moment.IsZero() {
		return nil
	}
	return time.After(time.Until(moment))
}

func followLog(position *logs.Position, ended <-chan int, over <-chan time.Time, each func(logs.Entry) error) error {
	for {
		select {
		case <-ended:
			return position.Follow(each)
		case <-over:
			return position.Follow(each)
		case <-time.After(followPause):
		}
		if err := position.Follow(each); err != nil {
			return err
		}
	}
}
