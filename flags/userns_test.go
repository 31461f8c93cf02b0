package flags

import "testing"

func TestUserns(t *testing.T) {
	for text, want := range map[string]uint32{
		"": 0, "host": 0, "auto": 65536, "auto:size=1024": 1024, "auto:size=268435456": 268435456,
	} {
		if got, err := Userns(text); err != nil || got != want {
			t.Errorf("%q: got %d, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"Auto", "keep-id", "private", "container:web", "host:size=1", "auto:", "auto:size", "auto:size=", "auto:size=1023",
		"auto:size=268435457", "auto:size=-1", "auto:size=0x400", "auto:size=4294967296", "auto:uidmapping=0:1:2", "auto:size=2000,x",
	} {
		_, err := Userns(text)
		refused(t, err, text)
	}
}
