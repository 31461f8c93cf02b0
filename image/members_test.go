package image

import (
	"testing"
	"time"

	"mydocker/internal/members/memberstest"
)

func TestRecordsKeepAllFields(t *testing.T) {
	memberstest.Survives(t, &record{})
	memberstest.Survives(t, &identity{})
}

// The ID is what mydocker has given an image of this content since its first day.
func TestIDsStayTheSame(t *testing.T) {
	config := Config{Env: []string{"A=<é>"}, Cmd: []string{"/bin/sh"}, ExposedPorts: map[string]struct{}{"80/tcp": {}}, Labels: map[string]string{"b": "2", "a": "1"}}
	id, err := idOf(time.Date(2026, 11, 30, 4, 48, 28, 21451424, time.UTC), config, []string{"aba5caed", "75159a54"})
	if want := "bf9347963f87806cac395001f2cc0d3aafc87df16e018e8ca60c73107b419073"; err != nil || id != want {
		t.Errorf("the ID is %s, %v; want %s", id, err, want)
	}
}
