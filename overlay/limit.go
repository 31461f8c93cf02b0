package overlay

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	specs "github.com/opencontainers/runtime-spec/specs-go"
)

// mostLayers is OVL_MAX_STACK in fs/overlayfs/params.h.
const mostLayers = 500

// CheckLimit tells whether the kernel can take a mount that Mount gave. fsconfig(2)
// takes 255 bytes in each option, mount(2) one page of options altogether. The error
// names the way out; nothing on the host was touched.
func CheckLimit(m specs.Mount) error {
	if m.Type != "overlay" {
		return nil
	}
	if layers := countLayers(m.Options); layers > mostLayers {
		return fmt.Errorf("mounting an overlay of %d layers: the kernel takes %d; make one layer of some of them", layers, mostLayers)
	}
	if fitsFsconfig(m.Options) {
		return nil
	}
	// With the closing zero, the options must not be longer than a page.
	if length := len(strings.Join(m.Options, ",")); length >= os.Getpagesize() {
		return fmt.Errorf("mounting an overlay of %d layers: their paths take %d bytes, and mount(2) takes %d; "+
			"put the state where paths are shorter with --root, or use a kernel from 6.8 on",
			countLayers(m.Options), length, os.Getpagesize()-1)
	}
	return nil
}

func fitsFsconfig(options []string) bool {
	for _, option := range options {
		if _, value, _ := strings.Cut(option, "="); len(value) > longestValue {
			return false
		}
	}
	return true
}

func countLayers(options []string) int {
	count := 0
	for _, option := range options {
		key, value, _ := strings.Cut(option, "=")
		switch key {
		case "lowerdir+":
			count++
		case "lowerdir":
			count += 1 + strings.Count(value, ":") - strings.Count(value, `\:`)
		}
	}
	return count
}

// isAtLeast compares a kernel release, such as "6.1.0-18-amd64", to a version.
func isAtLeast(release string, major, minor int) bool {
	first, rest, _ := strings.Cut(release, ".")
	second := rest
	if end := strings.IndexFunc(rest, func(c rune) bool { return c < '0' || c > '9' }); end >= 0 {
		second = rest[:end]
	}
	gotMajor, err := strconv.Atoi(first)
	if err != nil {
		return false
	}
	gotMinor, err := strconv.Atoi(second)
	return err == nil && (gotMajor > major || gotMajor == major && gotMinor >= minor)
}
