package cgroups

import (
	"reflect"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
)

func TestRulesAreReadBackAsTheyWereWritten(t *testing.T) {
	n := func(number int64) *int64 { return &number }
	for text, rule := range map[string]specs.LinuxDeviceCgroup{
		"deny a *:* rwm":    {Type: "a", Access: "rwm"},
		"allow c 1:3 rwm":   {Allow: true, Type: "c", Major: n(1), Minor: n(3), Access: "rwm"},
		"allow c *:* m":     {Allow: true, Type: "c", Access: "m"},
		"allow b 8:* r":     {Allow: true, Type: "b", Major: n(8), Access: "r"},
		"deny c 0:0 wr":     {Type: "c", Major: n(0), Minor: n(0), Access: "wr"},
		"allow a 4:64 rw":   {Allow: true, Type: "a", Major: n(4), Minor: n(64), Access: "rw"},
		"allow c *:7 w":     {Allow: true, Type: "c", Minor: n(7), Access: "w"},
		"allow c 511:5 rwm": {Allow: true, Type: "c", Major: n(511), Minor: n(5), Access: "rwm"},
	} {
		if got := RuleText(rule); got != text {
			t.Errorf("%+v is written as %q, want %q", rule, got, text)
		}
		if got, err := ReadRule(text); err != nil || !reflect.DeepEqual(got, rule) {
			t.Errorf("%q is read as %+v, %v", text, got, err)
		}
	}
}

func TestRulesWithDefaultsMeanTheSameWhenReadBack(t *testing.T) {
	minus := int64(-1)
	for _, rule := range []specs.LinuxDeviceCgroup{{}, {Allow: true, Type: "c", Major: &minus, Minor: &minus}} {
		again, err := ReadRule(RuleText(rule))
		if err != nil {
			t.Fatal(err)
		}
		before, _, _ := DeviceLimits(&specs.LinuxResources{Devices: []specs.LinuxDeviceCgroup{{}, rule}})
		after, _, _ := DeviceLimits(&specs.LinuxResources{Devices: []specs.LinuxDeviceCgroup{{}, again}})
		if !reflect.DeepEqual(before, after) {
			t.Errorf("%+v became %+v", rule, again)
		}
	}
}

func TestWhatIsNoRuleIsRefused(t *testing.T) {
	for _, text := range []string{
		"", "allow", "allow c", "c 1:3 rwm", "permit c 1:3 rwm", "allow d 1:3 r", "allow ab 1:3 r", "allow c 1 r", "allow c 1: r",
		"allow c 1:3 ", "allow c 1:3 rr", "allow c 1:3 x", "allow c -1:3 r", "allow c 1:3 r ", "allow  c 1:3 r", "allow c 2147483648:3 r",
	} {
		if rule, err := ReadRule(text); err == nil {
			t.Errorf("%q is read as %+v", text, rule)
		}
	}
}
