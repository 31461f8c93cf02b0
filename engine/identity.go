package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
)

// newID gives an unused container ID: ten digits, the first one not zero, as
// in the article.
func (e *Engine) newID() (string, error) {
	for {
		id := strconv.FormatInt(1_000_000_000+rand.Int64N(9_000_000_000), 10)
		free, err := nothingAt(e.Layout.Container(id), e.Layout.LiveContainer(id))
		if err != nil {
			return "", fmt.Errorf("choosing container ID: %w", err)
		}
		if free {
			return id, nil
		}
	}
}

// nothingAt tells whether nothing is at any of the paths. It is an error when one
// cannot be looked at.
func nothingAt(paths ...string) (bool, error) {
	for _, path := range paths {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return false, err
		}
	}
	return true, nil
}

// isID tells whether a word could be a container's ID. No network has such a
// name.
func isID(word string) bool {
	return len(word) == 10 && consists(word, "0123456789")
}

// longestHostname is the kernel's limit in bytes (__NEW_UTS_LEN, linux/utsname.h).
const longestHostname = 64

const alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// consists tells whether a word has no other characters than those.
func consists(word, characters string) bool { return strings.Trim(word, characters) == "" }

// checkHostname refuses what no other host could look up (RFC 1123), but for
// the underscore, which people use.
func checkHostname(name string) error {
	if len(name) <= longestHostname && consists(name, alphanumeric+"_.-") && strings.Trim(name, ".-") == name {
		return nil
	}
	return fmt.Errorf("setting hostname %q: a host name has 1 to %d letters, digits, '_', '-' and '.', and starts and ends with none of the last two", name, longestHostname)
}

// checkName refuses what docker refuses as a container name.
func checkName(name string) error {
	if len(name) < 2 || len(name) > 128 || !consists(name, alphanumeric+"_.-") || strings.TrimLeft(name, "_.-") != name {
		return fmt.Errorf("naming container %q: a name has 2 to 128 letters, digits, '_', '.' and '-', and starts with a letter or digit", name)
	}
	return nil
}
