package engine

import (
	"slices"
	"strings"
	"testing"

	"mydocker/container"
	"mydocker/container/seccomp"
	"mydocker/flags"
)

func TestCapabilities(t *testing.T) {
	held, err := container.HeldCapabilities()
	if err != nil {
		t.Fatal(err)
	}
	if len(held) < 12 {
		t.Skip("needs root")
	}
	standard := container.DefaultCapabilities()
	without := func(set []string, name string) []string {
		return slices.DeleteFunc(slices.Clone(set), func(n string) bool { return n == name })
	}
	sorted := func(set []string) []string { return slices.Sorted(slices.Values(set)) }
	for name, test := range map[string]struct {
		security Security
		want     []string
	}{
		"default":                   {Security{}, standard},
		"one more":                  {Security{CapAdd: []string{"CAP_NET_RAW"}}, sorted(append(slices.Clone(standard), "CAP_NET_RAW"))},
		"one that is there":         {Security{CapAdd: []string{"CAP_CHOWN"}}, standard},
		"one less":                  {Security{CapDrop: []string{"CAP_CHOWN"}}, without(standard, "CAP_CHOWN")},
		"none":                      {Security{CapDrop: []string{"ALL"}}, nil},
		"one alone":                 {Security{CapDrop: []string{"ALL"}, CapAdd: []string{"CAP_KILL"}}, []string{"CAP_KILL"}},
		"all":                       {Security{CapAdd: []string{"ALL"}}, sorted(held)},
		"all but one":               {Security{CapAdd: []string{"ALL"}, CapDrop: []string{"CAP_KILL"}}, sorted(without(held, "CAP_KILL"))},
		"privileged":                {Security{Privileged: true}, sorted(held)},
		"privileged but for one":    {Security{Privileged: true, CapDrop: []string{"CAP_KILL"}}, sorted(without(held, "CAP_KILL"))},
		"privileged without any":    {Security{Privileged: true, CapDrop: []string{"ALL"}}, nil},
		"added and dropped: added":  {Security{CapAdd: []string{"CAP_KILL"}, CapDrop: []string{"CAP_KILL"}}, standard},
		"all added and all dropped": {Security{CapAdd: []string{"ALL"}, CapDrop: []string{"ALL"}}, sorted(held)},
	} {
		got, err := test.security.capabilities()
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: got %v, %v; want %v", name, got, err, test.want)
		}
	}
}

func TestFilter(t *testing.T) {
	standard, err := seccomp.Default(seccomp.DefaultCapabilities())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := (Security{}).filter(seccomp.DefaultCapabilities()); err != nil || *got != standard {
		t.Errorf("the default is another filter (%v)", err)
	}
	own := `{"defaultAction":"SCMP_ACT_ALLOW"}`
	for name, test := range map[string]struct {
		security Security
		filtered bool
	}{
		"unconfined":                {Security{Seccomp: flags.Unconfined}, false},
		"privileged":                {Security{Privileged: true}, false},
		"privileged, with its own":  {Security{Privileged: true, Seccomp: own}, true},
		"its own":                   {Security{Seccomp: own}, true},
		"privileged and unconfined": {Security{Privileged: true, Seccomp: flags.Unconfined}, false},
	} {
		if got, err := test.security.filter(nil); err != nil || (got != nil) != test.filtered {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
	if _, err := (Security{Seccomp: "{}"}).filter(nil); err == nil || !strings.Contains(err.Error(), "seccomp profile") {
		t.Errorf("an empty profile: got %v", err)
	}
}

func TestNoNewPrivileges(t *testing.T) {
	yes, no := true, false
	for name, test := range map[string]struct {
		security Security
		want     bool
	}{
		"default":                   {Security{}, true},
		"switched off":              {Security{NoNewPrivileges: &no}, false},
		"privileged":                {Security{Privileged: true}, false},
		"privileged, switched on":   {Security{Privileged: true, NoNewPrivileges: &yes}, true},
		"with all capabilities":     {Security{CapAdd: []string{"ALL"}}, true},
		"without a seccomp profile": {Security{Seccomp: flags.Unconfined}, true},
	} {
		if got := test.security.noNewPrivileges(); got != test.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

// Every capability that there is has words.
func TestCapabilityWords(t *testing.T) {
	for _, name := range container.CapabilityNames(^uint64(0)) {
		if capabilityWords(name) == "" {
			t.Errorf("%s has no words", name)
		}
	}
}

// The devices of a default container, in the kernel's words.
func TestDefaultDeviceRules(t *testing.T) {
	for _, rule := range (&Record{}).deviceRules() {
		if rule.Allow && rule.Type == "c" && rule.Major != nil && *rule.Major == 5 && rule.Minor != nil && *rule.Minor == 1 {
			t.Error("the host's console is allowed")
		}
		if rule.Allow && rule.Major == nil && rule.Access != "m" {
			t.Errorf("all devices may be used: %+v", rule)
		}
	}
	if rules := (&Record{Security: Security{Privileged: true}}).limits().Devices; rules != nil {
		t.Errorf("privileged: %v", rules)
	}
}
