package overlay

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestMountEscapes(t *testing.T) {
	m := Mount([]string{`/a:b`, `/c,d\e`}, &Upper{Directory: `/x:y,z\`})
	want := []string{
		`lowerdir=/a\:b:/c\,d\\e`,
		`upperdir=/x:y\,z\\/upper`,
		`workdir=/x:y\,z\\/work`,
	}
	if got := m.Options[:3]; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if m.Type != "overlay" || m.Source != "overlay" || m.Destination != "/" {
		t.Errorf("got %+v", m)
	}
}

func TestVolatileIsOffUnlessAskedFor(t *testing.T) {
	for _, volatile := range []bool{false, true} {
		m := Mount([]string{"/a"}, &Upper{Directory: "/u", Volatile: volatile})
		if slices.Contains(m.Options, "volatile") != volatile {
			t.Errorf("volatile %v: got %q", volatile, m.Options)
		}
	}
}

func manyLayers(count, length int) []string {
	layers := make([]string, count)
	for i := range layers {
		layers[i] = fmt.Sprintf("/%0*d", length-1, i)
	}
	return layers
}

func TestManyLayersComeOneByOneWhereTheKernelCan(t *testing.T) {
	lower := manyLayers(20, 60)
	options := Mount(lower, &Upper{Directory: "/u"}).Options
	count := 0
	for _, option := range options {
		if strings.HasPrefix(option, "lowerdir+=") {
			count++
		}
	}
	want := 0
	if hasLowerPlus() {
		want = len(lower)
	}
	if count != want {
		t.Errorf("got %d options lowerdir+, want %d", count, want)
	}
}

func TestCheckLimit(t *testing.T) {
	joined := func(layers []string) []string {
		return []string{"lowerdir=" + strings.Join(layers, ":"), "upperdir=/u", "workdir=/w"}
	}
	single := func(layers []string) []string {
		options := []string{"upperdir=/u", "workdir=/w"}
		for _, layer := range layers {
			options = append(options, "lowerdir+="+layer)
		}
		return options
	}
	tests := []struct {
		name    string
		options []string
		fits    bool
	}{
		{"few", joined(manyLayers(3, 60)), true},
		{"too long for fsconfig, not for a page", joined(manyLayers(30, 60)), true},
		{"longer than a page", joined(manyLayers(os.Getpagesize()/50, 60)), false},
		{"longer than a page, one by one", single(manyLayers(os.Getpagesize()/50, 60)), true},
		{"more than the kernel takes", single(manyLayers(501, 20)), false},
	}
	for _, test := range tests {
		m := Mount([]string{"/a"}, &Upper{Directory: "/u"})
		m.Options = test.options
		if err := CheckLimit(m); (err == nil) != test.fits {
			t.Errorf("%s: got %v", test.name, err)
		}
	}
}

func TestKernelReleases(t *testing.T) {
	for release, want := range map[string]bool{
		"6.8.0":                   true,
		"6.8-rc1":                 true,
		"6.18.44-fc":              true,
		"7.0.0":                   true,
		"6.7.12":                  false,
		"5.15.0-91-generic":       false,
		"4.18.0-513.el8.x86_64":   false,
		"something else entirely": false,
		"":                        false,
	} {
		if got := isAtLeast(release, 6, 8); got != want {
			t.Errorf("%q: got %v", release, got)
		}
	}
}
