package command

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

// Output is where commands write what was asked for. It remembers the first write
// that failed, so that nothing is lost without a word.
type Output struct {
	To io.Writer

	mutex  sync.Mutex
	failed error
}

// Write implements io.Writer.
func (o *Output) Write(text []byte) (int, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	n, err := o.To.Write(text)
	if err != nil && o.failed == nil {
		o.failed = err
	}
	return n, err
}

// Judge gives a command's error, or that its output was lost if it has none of its
// own.
func (o *Output) Judge(err error) error {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.failed == nil || err != nil && !errors.Is(err, o.failed) {
		return err
	}
	return statusError{fmt.Errorf("writing output: %w", o.failed), exitEngine}
}
