// Package overlay knows the two halves of a container's root file system: the
// layers of its image, which all containers share and nobody changes, and its
// own writable layer above them. It says how an overlay of them is mounted and
// mounts nothing itself: a container mounts it inside its own mount namespace,
// where the kernel removes it with the last process.
//
// The kernel's side is Documentation/filesystems/overlayfs.rst.
package overlay

import (
	"strings"

	specs "github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// longestValue is how long one option may be for fsconfig(2), in bytes: the
// kernel copies at most 256 with the closing zero (SYSCALL fsconfig, fs/fsopen.c).
const longestValue = 255

// Mount gives the overlay of lower, the root directories of the image's
// layers, absolute and the top one first, with upper above them.
//
// Each option is KEY=VALUE or KEY, with VALUE escaped as overlayfs wants it.
// The same string is right for fsconfig(2), which takes KEY and VALUE apart,
// and for mount(2), which takes all options joined by commas.
//
// Layers come in one option lowerdir= with colons between them. When that is
// too long for fsconfig, they come in an option lowerdir+= each, in order and
// unescaped, where the kernel knows it (6.8 or newer); such options are for
// fsconfig, and a VALUE after the first "=" is all that there is to pass. On
// older kernels the long lowerdir= stays, which is for mount(2): fsconfig
// refuses it. Whoever mounts therefore tries fsconfig first and then mount(2),
// and has nothing to take apart. CheckLimit tells beforehand what no kernel call
// can take.
func Mount(lower []string, upper *Upper) specs.Mount {
	options := lowerOptions(lower)
	options = append(options, "upperdir="+escape(upper.UpperDirectory()), "workdir="+escape(upper.WorkDirectory()))
	// Off, whatever the kernel's defaults are: an index makes mounting a copied
	// layer fail, and with redirects or metadata-only copies the upper
	// directory says not all that is in it, so that nobody else could read it.
	options = append(options, "index=off", "redirect_dir=nofollow", "metacopy=off")
	if upper.Volatile {
		options = append(options, "volatile")
	}
	return specs.Mount{Destination: "/", Type: "overlay", Source: "overlay", Options: options}
}

func lowerOptions(lower []string) []string {
	escaped := make([]string, len(lower))
	for i, path := range lower {
		escaped[i] = escapeLower(path)
	}
	joined := strings.Join(escaped, ":")
	if len(joined) <= longestValue || !hasLowerPlus() {
		return []string{"lowerdir=" + joined}
	}
	options := make([]string, len(lower))
	for i, path := range lower {
		options[i] = "lowerdir+=" + path
	}
	return options
}

// escape writes a path for upperdir= and workdir=. Commas end an option of
// mount(2).
func escape(path string) string { return guard(path, `\,`) }

// escapeLower writes a path for lowerdir=, where colons part the layers.
func escapeLower(path string) string { return guard(path, `\,:`) }

// guard writes a backslash before each of some characters. Most paths have none; a
// strings.Replacer has tables of 6 KB for each, which a start would have to fill.
func guard(path, characters string) string {
	if !strings.ContainsAny(path, characters) {
		return path
	}
	var guarded strings.Builder
	for i := range len(path) {
		if strings.IndexByte(characters, path[i]) >= 0 {
			guarded.WriteByte('\\')
		}
		guarded.WriteByte(path[i])
	}
	return guarded.String()
}

// hasLowerPlus tells whether the kernel knows lowerdir+=, which came with 6.8.
func hasLowerPlus() bool {
	var name unix.Utsname
	if unix.Uname(&name) != nil {
		return false
	}
	return isAtLeast(unix.ByteSliceToString(name.Release[:]), 6, 8)
}
