package command

import (
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

// Err tells that something could not be written.
func (o *Output) Err() error {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.failed == nil {
		return nil
	}
	return OwnError(fmt.Errorf("writing output: %w", o.failed))
}
