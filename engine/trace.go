package engine

import (
	"time"

	"mydocker/attach"
	"mydocker/internal/failpoint"
	"mydocker/resource"
)

// step does something that a trace shows. In test builds there is a point
// before it and one after it.
func (e *Engine) step(what string, do func() error) error {
	if e.Trace == nil {
		return failpoint.Around(what, do)
	}
	began := time.Now()
	err := failpoint.Around(what, do)
	e.took(what, began, time.Since(began), err)
	return err
}

// observer traces the verbs of resources; nil when nobody asked for it.
func (e *Engine) observer() resource.Observer {
	if e.Trace == nil {
		return nil
	}
	return func(s resource.Step) {
		e.took(s.Verb+" "+s.Resource.String(), time.Now().Add(-s.Took), s.Took, s.Err)
	}
}

func (e *Engine) took(what string, began time.Time, took time.Duration, err error) {
	step := attach.Step{What: what, Began: began, Took: took}
	if err != nil {
		step.Error = err.Error()
	}
	e.Trace(step)
}

// trace tells the command what this monitor does, for which it asked.
func (m *monitor) trace(command *attach.Connection) {
	traced := *m.engine // where the monitor is hosted, it is the command's
	traced.Trace = func(step attach.Step) {
		step.Who = "monitor"
		if m.hub != nil {
			m.hub.Trace(step)
			return
		}
		command.SendJSON(attach.Stepped, step)
	}
	m.engine = &traced
}
