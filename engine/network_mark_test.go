package engine

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mydocker/network"
	"mydocker/state"
)

// What a killed command was making is known by its mark, unless that is damaged, which
// must not look as if nothing were there and is for doctor to put aside.
func TestADraftIsKnownByItsMark(t *testing.T) {
	subnet, gateway, err := network.ParseSubnet("10.9.0.0/24")
	if err != nil {
		t.Fatal(err)
	}
	draft := &network.Network{Name: "net0", Driver: network.BridgeDriver, Subnet: subnet, Gateway: gateway}
	missing, corrupt := new(*NotFoundError), new(*state.CorruptError)
	tests := map[string]struct {
		change func(text string) string
		want   any // nil: the draft
	}{
		"whole":    {func(text string) string { return text }, nil},
		"no draft": {func(text string) string { return strings.Replace(text, `"network"`, `"other"`, 1) }, missing},
		"an empty draft": {func(string) string {
			return `{"version":1,"bootId":"b","work":"create","owner":{"pid":1},"network":{}}`
		}, corrupt},
		"another's":         {func(text string) string { return strings.Replace(text, `"net0"`, `"net1"`, 1) }, corrupt},
		"cut off":           {func(text string) string { return text[:len(text)/2] }, corrupt},
		"its gateway apart": {func(text string) string { return strings.Replace(text, "10.9.0.1", "10.8.0.1", 1) }, corrupt},
	}
	for name, test := range tests {
		e := emptyEngine(t)
		if err := errors.Join(os.MkdirAll(e.networkMarks(), 0o700), claim(e.networkMark("net0"), Creating, draft)); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(e.networkMark("net0"))
		if err == nil {
			err = os.WriteFile(e.networkMark("net0"), []byte(test.change(string(text))), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		found, err := e.networkOrDraft("net0")
		switch {
		case test.want == nil && (err != nil || found.Subnet != subnet || found.Gateway != gateway):
			t.Errorf("%s: got %+v, %v", name, found, err)
		case test.want != nil && !errors.As(err, test.want):
			t.Errorf("%s: got %v, %+v", name, err, found)
		}
		if _, err := e.dropMark("net0"); err != nil || state.Exists(e.networkMark("net0")) == (test.want == corrupt) {
			t.Errorf("%s: doctor puts it aside: %v; is it there? %v", name, err, state.Exists(e.networkMark("net0")))
		}
	}
}

// A mark is read by the name of a network, and by no other.
func TestNoOtherFileIsTakenForAMark(t *testing.T) {
	e := emptyEngine(t)
	other := filepath.Join(e.Layout.RunRoot, "other.json")
	if err := os.WriteFile(other, []byte(`{"version":1,"bootId":"b","work":"create","owner":{"pid":1}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := e.CreateNetwork(NetworkOptions{Name: "../other"}); err == nil || !state.Exists(other) {
		t.Errorf("got %v; is it there? %v", err, state.Exists(other))
	}
}
