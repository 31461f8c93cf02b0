package container

import "testing"

// Whoever wants to signal a program must not take for it what waits to become it.
func TestBegun(t *testing.T) {
	p, err := Create(settings(t, "sleep", "100"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.kill() })
	if err := p.Ready(); err != nil {
		t.Fatal(err)
	}
	if Begun(p.Pid()) {
		t.Error("a process at the latch passes for the program")
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	if !Begun(p.Pid()) {
		t.Error("the program passes for one that waits")
	}
}
