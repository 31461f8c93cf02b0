package explain

import (
	"slices"
	"testing"

	specs "github.com/opencontainers/runtime-spec/specs-go"
)

// From inside, an overlay's layers are where they were lent, in their order.
func TestBorrowedRoot(t *testing.T) {
	c := Container{Rootfs: specs.Mount{Type: "overlay", Options: []string{
		"lowerdir+=/z", "lowerdir+=/a:b", "upperdir=/c/layer/upper", "workdir=/c/layer/work", "index=off",
	}}}
	want := []string{
		"userxattr", "lowerdir=/mnt/layer2:/mnt/layer0", "upperdir=/mnt/layer1/upper", "workdir=/mnt/layer1/work", "index=off",
	}
	if got := c.borrowedRoot().Options; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
