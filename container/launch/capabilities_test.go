package launch

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

func TestAsManyCapabilitiesAsTheKernelHas(t *testing.T) {
	text, err := os.ReadFile("/proc/sys/kernel/cap_last_cap")
	if err != nil {
		t.Skip(err)
	}
	last, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if got := numberOfCapabilities(); err != nil || got != last+1 {
		t.Errorf("got %d, the last one is %d (%v)", got, last, err)
	}
}
