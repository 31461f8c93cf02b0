package attach

import (
	"encoding/json"
	"time"
)

// Step is something that a command or its monitor has done, for --trace.
type Step struct {
	Who   string // "command" or "monitor"
	What  string // such as `create bridge "testbr"`
	Began time.Time
	Took  time.Duration
	Error string `json:",omitempty"` // why it failed
}

// trace hands a step that the monitor has taken to whoever asked for it.
func (c *Connection) trace(frame Frame) error {
	var step Step
	if err := json.Unmarshal(frame.Payload, &step); err != nil {
		return err
	}
	if c.Trace != nil {
		c.Trace(step)
	}
	return nil
}

// Trace tells a step to the clients that asked for them.
func (h *Hub) Trace(step Step) {
	payload, err := json.Marshal(step)
	if err != nil {
		return
	}
	for _, listener := range h.listeners(func(s *subscription) bool { return s.trace }) {
		listener.put(Frame{Kind: Stepped, Payload: payload})
	}
}
