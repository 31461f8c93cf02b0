// Package engine knows containers, networks and images as their user does. It
// is the one place where resources of different packages are put together:
// every command is one call here.
package engine

import (
	"path/filepath"

	"mydocker/attach"
	"mydocker/image"
	"mydocker/internal/instance"
	"mydocker/state"
)

// Engine works on the containers, networks and images of one instance.
type Engine struct {
	Layout state.Layout
	Images *image.Store

	// Trace is told each step of making and ending a container; nil is told
	// nothing.
	Trace func(attach.Step)
}

// New gives the engine of the instance whose state lies in layout.
func New(layout state.Layout) *Engine {
	e := &Engine{Layout: layout}
	e.Images = image.Open(layout.Images(), layout.Lock(state.ImageLock, "store"), e.imageUsers)
	return e
}

// mark says whose an object on the host is, where two instances meet.
func (e *Engine) mark() instance.Mark { return instance.Of(filepath.Clean(e.Layout.RunRoot)) }
