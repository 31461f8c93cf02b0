package flags

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	specs "github.com/opencontainers/runtime-spec/specs-go"
)

// Volume reads -v HOST:CONTAINER[:OPTIONS], OPTIONS being a list of ro, rw,
// idmap, noidmap and mount propagation words with commas between.
func Volume(text string) (specs.Mount, error) {
	refuse := func(cause string) (specs.Mount, error) {
		return specs.Mount{}, fmt.Errorf("parsing volume %q: %s; write it as HOST:CONTAINER[:ro]", text, cause)
	}
	parts := strings.Split(text, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return refuse("a host path and a container path are needed, with a colon between")
	}
	source, target := parts[0], parts[1]
	if !filepath.IsAbs(source) {
		return refuse(fmt.Sprintf("the host path %q is not absolute", source))
	}
	if err := checkTarget(target); err != nil {
		return refuse(err.Error())
	}
	options := []string{"rbind"}
	if len(parts) == 3 {
		extra, err := volumeOptions(parts[2])
		if err != nil {
			return refuse(err.Error())
		}
		options = append(options, extra...)
	}
	if !slices.ContainsFunc(options, isPropagation) {
		options = append(options, "rprivate")
	}
	return specs.Mount{Type: "bind", Source: filepath.Clean(source), Destination: path.Clean(target), Options: options}, nil
}

func volumeOptions(text string) ([]string, error) {
	words := strings.Split(text, ",")
	for _, word := range words {
		switch {
		case word == "ro", word == "rw", word == "idmap", word == "noidmap", isPropagation(word):
		default:
			return nil, fmt.Errorf("unknown option %q", word)
		}
	}
	if slices.Contains(words, "idmap") && slices.Contains(words, "noidmap") {
		return nil, fmt.Errorf("idmap and noidmap exclude each other")
	}
	if slices.Contains(words, "ro") && slices.Contains(words, "rw") {
		return nil, fmt.Errorf("ro and rw exclude each other")
	}
	return words, nil
}

func isPropagation(word string) bool {
	switch word {
	case "private", "rprivate", "slave", "rslave", "shared", "rshared":
		return true
	}
	return false
}

func checkTarget(target string) error {
	if !path.IsAbs(target) {
		return fmt.Errorf("the container path %q is not absolute", target)
	}
	if path.Clean(target) == "/" {
		return fmt.Errorf("the container path may not be /")
	}
	return nil
}

// CheckTargets refuses two mounts on one place in the container.
func CheckTargets(mounts []specs.Mount) error {
	for i, mount := range mounts {
		for _, other := range mounts[:i] {
			if other.Destination == mount.Destination {
				return fmt.Errorf("mounting %q: two mounts are wanted there; leave one out", mount.Destination)
			}
		}
	}
	return nil
}

// Tmpfs reads --tmpfs PATH[:OPTIONS], OPTIONS being those of tmpfs(5). Without
// options the defaults are docker's.
func Tmpfs(text string) (specs.Mount, error) {
	target, words, _ := strings.Cut(text, ":")
	if err := checkTarget(target); err != nil {
		return specs.Mount{}, fmt.Errorf("parsing tmpfs %q: %v; write it as PATH[:size=64m,mode=1777]", text, err)
	}
	options := []string{"nosuid", "nodev", "noexec"}
	for word := range strings.SplitSeq(words, ",") {
		if word == "" {
			continue
		}
		if !isTmpfsOption(word) {
			return specs.Mount{}, fmt.Errorf("parsing tmpfs %q: unknown option %q", text, word)
		}
		options = append(slices.DeleteFunc(options, func(o string) bool { return o == "no"+word }), word)
	}
	return specs.Mount{Type: "tmpfs", Source: "tmpfs", Destination: path.Clean(target), Options: options}, nil
}

func isTmpfsOption(word string) bool {
	key, _, hasValue := strings.Cut(word, "=")
	switch key {
	case "size", "mode", "uid", "gid", "nr_inodes", "nr_blocks":
		return hasValue
	case "ro", "rw", "exec", "noexec", "suid", "nosuid", "dev", "nodev", "noatime", "relatime", "strictatime":
		return !hasValue
	}
	return false
}
