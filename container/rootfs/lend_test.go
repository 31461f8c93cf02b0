package rootfs

import (
	"slices"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
)

func TestLayerDirectories(t *testing.T) {
	for _, test := range []struct{ options, want []string }{
		{[]string{"lowerdir=/b:/a", "upperdir=/c/upper", "workdir=/c/work", "index=off"}, []string{"/a", "/b", "/c"}},
		{[]string{"lowerdir+=/odd:name", `lowerdir=/x\:y\\z:/w`, `upperdir=/c\,d/upper/`}, []string{"/c,d", "/odd:name", "/w", `/x:y\z`}},
		{[]string{"volatile"}, nil},
	} {
		if got := LayerDirectories(test.options); !slices.Equal(got, test.want) {
			t.Errorf("%q: got %q, want %q", test.options, got, test.want)
		}
	}
}

func TestLentFiles(t *testing.T) {
	spec := &specs.Spec{Mounts: []specs.Mount{
		{Type: "proc"}, {Type: "bind"}, {Options: []string{"rbind", "ro"}}, {Type: "tmpfs"}, {Options: []string{"bind", "remount"}},
	}}
	if got := LentFiles(spec); got != 3 {
		t.Errorf("got %d, want the root and two bind mounts", got)
	}
}
