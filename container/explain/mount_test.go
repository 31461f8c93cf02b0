package explain

import (
	"testing"

	specs "github.com/opencontainers/runtime-spec/specs-go"
)

// mount(8) before util-linux 2.39 knows one option for all layers only, and the
// kernel takes commas, colons and backslashes in it escaped.
func TestManyLayersComeInOneOption(t *testing.T) {
	got := mountLine(specs.Mount{Type: "overlay", Source: "overlay", Options: []string{
		"lowerdir+=/a:b", "lowerdir+=/c,d", "upperdir=/u", "workdir=/w",
	}}, "./x")
	const want = `mount -t overlay -o 'lowerdir=/a\:b:/c\,d,upperdir=/u,workdir=/w' overlay ./x`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
