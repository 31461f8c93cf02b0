package network

import (
	"strings"
	"testing"
)

func TestPortInUseByAProcessThatHasJustEnded(t *testing.T) {
	mapping := PortMapping{HostPort: 8080, ContainerPort: 80, Protocol: TCP}
	for holder, want := range map[Process]string{
		{}:                      "in use by another program;",
		{PID: 7}:                "in use by another program;",
		{PID: 7, Name: "nginx"}: "in use by nginx (pid 7);",
	} {
		if got := (&PortInUseError{Mapping: mapping, Holder: holder}).Error(); !strings.Contains(got, want) {
			t.Errorf("%+v: got %q, want %q", holder, got, want)
		}
	}
}
