package cgroups

import (
	"fmt"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
)

func TestDeviceLimits(t *testing.T) {
	n := func(number int64) *int64 { return &number }
	deny := specs.LinuxDeviceCgroup{Access: "rwm"}
	for name, test := range map[string]struct {
		rules []specs.LinuxDeviceCgroup
		want  string
		ruled bool
	}{
		"none":                     {nil, "true []", false},
		"all allowed":              {[]specs.LinuxDeviceCgroup{deny, {Allow: true, Type: "a"}}, "true []", false},
		"all denied":               {[]specs.LinuxDeviceCgroup{deny}, "false []", true},
		"one":                      {[]specs.LinuxDeviceCgroup{deny, {Allow: true, Type: "c", Major: n(1), Minor: n(3), Access: "rw"}}, "false [c 1:3 rw]", true},
		"without access":           {[]specs.LinuxDeviceCgroup{deny, {Allow: true, Type: "b", Major: n(8)}}, "false [b 8:* rwm]", true},
		"in two steps":             {[]specs.LinuxDeviceCgroup{deny, {Allow: true, Type: "c", Access: "r"}, {Allow: true, Type: "c", Access: "m"}}, "false [c *:* rm]", true},
		"partly taken back":        {[]specs.LinuxDeviceCgroup{deny, {Allow: true, Type: "c"}, {Type: "c", Access: "m"}}, "false [c *:* rw]", true},
		"taken back":               {[]specs.LinuxDeviceCgroup{deny, {Allow: true, Type: "c"}, {Type: "c"}}, "false []", true},
		"forgotten at the next a":  {[]specs.LinuxDeviceCgroup{{Type: "c"}, deny}, "false []", true},
		"denied alone":             {[]specs.LinuxDeviceCgroup{{Type: "c", Major: n(10), Minor: n(229)}}, "true [c 10:229 rwm]", true},
		"every type, with numbers": {[]specs.LinuxDeviceCgroup{deny, {Allow: true, Type: "a", Major: n(4)}}, "false [b 4:* rwm c 4:* rwm]", true},
		"-1 is any":                {[]specs.LinuxDeviceCgroup{deny, {Allow: true, Type: "c", Major: n(-1), Minor: n(-1)}}, "false [c *:* rwm]", true},
	} {
		policy, ruled, err := DeviceLimits(&specs.LinuxResources{Devices: test.rules})
		if got := fmt.Sprint(policy.Allow, policy.Exceptions); err != nil || got != test.want || ruled != test.ruled {
			t.Errorf("%s: got %s, %v, %v; want %s, %v", name, got, ruled, err, test.want, test.ruled)
		}
	}
	for _, rule := range []specs.LinuxDeviceCgroup{{Type: "x"}, {Type: "c", Access: "rx"}} {
		if _, _, err := DeviceLimits(&specs.LinuxResources{Devices: []specs.LinuxDeviceCgroup{rule}}); err == nil {
			t.Errorf("%+v was accepted", rule)
		}
	}
}

// Device rules live in version 1's hierarchy where there is one, else in
// version 2's, even if it has no other controller.
func TestPlaceOfDeviceRules(t *testing.T) {
	v1 := Hierarchy{Version: 1, Mount: "/v1", Controllers: []string{Devices}}
	memory := Hierarchy{Version: 1, Mount: "/m", Controllers: []string{Memory}}
	bare := Hierarchy{Version: 2, Mount: "/sys/fs/cgroup/unified"}
	full := Hierarchy{Version: 2, Mount: "/sys/fs/cgroup", Controllers: []string{Memory, Pids}}
	for name, test := range map[string]struct {
		found []Hierarchy
		want  string
	}{
		"version 1":           {[]Hierarchy{memory, v1}, "[/m [memory] /v1 [devices]]"},
		"both":                {[]Hierarchy{v1, bare}, "[/v1 [devices]]"},
		"version 2":           {[]Hierarchy{full}, "[/sys/fs/cgroup [memory pids devices]]"},
		"version 2 for these": {[]Hierarchy{memory, bare}, "[/m [memory] /sys/fs/cgroup/unified [devices]]"},
		"none":                {[]Hierarchy{memory}, "[/m [memory]]"},
	} {
		var got []string
		for _, h := range withDevices(choose(test.found), test.found) {
			got = append(got, fmt.Sprint(h.Mount, " ", h.Controllers))
		}
		if fmt.Sprint(got) != test.want {
			t.Errorf("%s: got %v, want %s", name, got, test.want)
		}
	}
}
