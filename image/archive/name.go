package archive

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

// splitName takes the name of an entry apart into its directory and its last
// part, both without "." and empty parts. The top itself, "./" or "/", gives
// an empty last part. Names may start with "/" and mean the same as without.
// ".." is refused, since no archiver writes it into an honest archive.
func splitName(name string) (directory, base string, err error) {
	if name == "" {
		return "", "", errors.New("the entry has no name")
	}
	if len(name) >= unix.PathMax {
		return "", "", fmt.Errorf("the name is %d bytes long; the kernel takes %d", len(name), unix.PathMax-1)
	}
	clean, err := cleanName(name)
	if err != nil {
		return "", "", err
	}
	if slash := strings.LastIndexByte(clean, '/'); slash >= 0 {
		return clean[:slash], clean[slash+1:], nil
	}
	return "", clean, nil
}

func cleanName(name string) (string, error) {
	if isClean(name) {
		return name, nil
	}
	var parts []string
	for part := range strings.SplitSeq(name, "/") {
		switch part {
		case "", ".":
		case "..":
			return "", errors.New(`the name has a part ".."`)
		default:
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "/"), nil
}

// isClean tells most clean names, without allocating anything.
func isClean(name string) bool {
	return name[0] != '/' && name[0] != '.' && name[len(name)-1] != '/' &&
		!strings.Contains(name, "//") && !strings.Contains(name, "/.")
}
