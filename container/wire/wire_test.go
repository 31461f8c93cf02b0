package wire

import (
	"os"
	"reflect"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
)

func example() specs.Spec {
	mode, score, owner := os.FileMode(0o640), -7, uint32(1<<32-1)
	return specs.Spec{
		Version: "1.3.0",
		Process: &specs.Process{
			Terminal: true, ConsoleSize: &specs.Box{Height: 24, Width: 80},
			Args: []string{"echo", "not UTF-8: \xff\x00\xfe", ""}, Env: []string{"A=b"},
			OOMScoreAdj: &score, User: specs.User{UID: 1<<32 - 1, AdditionalGids: []uint32{0, 7}},
			Rlimits: []specs.POSIXRlimit{{Type: "RLIMIT_NOFILE", Soft: 1<<64 - 1, Hard: 1}},
		},
		Annotations: map[string]string{"one": "1", "two": "2"},
		Mounts:      []specs.Mount{{Destination: "/x", Options: []string{"ro"}}, {}},
		Linux: &specs.Linux{
			Devices: []specs.LinuxDevice{{Path: "/dev/x", Major: -1, FileMode: &mode, UID: &owner}},
			Sysctl:  map[string]string{"net.a": "b"},
		},
	}
}

func TestWhatIsWrittenCanBeRead(t *testing.T) {
	want := example()
	text, err := Encode(&want)
	if err != nil {
		t.Fatal(err)
	}
	var got specs.Spec
	if err := Decode(text, &got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestDamage(t *testing.T) {
	value := example()
	text, err := Encode(&value)
	if err != nil {
		t.Fatal(err)
	}
	for length := range text {
		var got specs.Spec
		if err := Decode(text[:length], &got); err == nil {
			t.Fatalf("%d of %d bytes were taken for the whole", length, len(text))
		}
	}
	var got specs.Spec
	if err := Decode(append(text, 0), &got); err == nil {
		t.Error("one byte more was not noticed")
	}
}

func TestUnsupportedValues(t *testing.T) {
	for _, value := range []any{&struct{ F float64 }{1}, &struct{ F func() }{}, &struct{ A any }{1}} {
		if _, err := Encode(value); err == nil {
			t.Errorf("%T was written down", value)
		}
	}
}

func FuzzDecode(f *testing.F) {
	value := example()
	text, err := Encode(&value)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Fuzz(func(t *testing.T, text []byte) {
		var got struct {
			Three [3]bool
			Spec  specs.Spec
		}
		Decode(text, &got) // must not panic
	})
}
