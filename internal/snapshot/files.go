package snapshot

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// readFiles lists what lies in the state directories, with each file's size
// and a part of its hash. Directories are not listed: an empty one means
// nothing.
func readFiles(scope Scope) ([]string, error) {
	var lines []string
	for _, root := range scope.Roots {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && scope.excepts(path) {
				return skip(entry)
			}
			if err == nil && !entry.IsDir() {
				var line string
				line, err = describeFile(path)
				lines = append(lines, line)
			}
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(lines, func(line string) bool { return line == "" }), nil
}

func (s Scope) excepts(path string) bool {
	return slices.ContainsFunc(s.Except, func(pattern string) bool {
		matched, _ := filepath.Match(pattern, path)
		return matched
	})
}

func skip(entry fs.DirEntry) error {
	if entry.IsDir() {
		return fs.SkipDir
	}
	return nil
}

func describeFile(path string) (string, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return "", err
	}
	switch info.Mode().Type() {
	case 0:
		sum, err := hash(path)
		return fmt.Sprintf("%s %d bytes sha256 %x", path, info.Size(), sum[:6]), err
	case fs.ModeSymlink:
		target, err := os.Readlink(path)
		return fmt.Sprintf("%s -> %s", path, target), err
	default:
		return fmt.Sprintf("%s %s", path, info.Mode()), nil
	}
}

func hash(path string) ([]byte, error) {
	digest := sha256.New()
	file, err := os.Open(path)
	if err != nil {
		return digest.Sum(nil), err
	}
	defer file.Close()
	_, err = io.Copy(digest, file)
	return digest.Sum(nil), err
}
