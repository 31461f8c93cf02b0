package state

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"mydocker/internal/failpoint"
	"mydocker/internal/members"
	"mydocker/internal/smallfile"
)

// Durability says what a write survives.
type Durability bool

const (
	// Quick writes survive the death of any process, not a power cut.
	Quick Durability = false
	// Durable writes survive a power cut: they are synced, with their
	// directory, before the call returns.
	Durable Durability = true
)

// CorruptError says that a state file exists and cannot be understood.
type CorruptError struct {
	Path  string
	Cause error
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("reading state file %q: %v; \"mydocker doctor --fix\" repairs it or sets it aside", e.Path, e.Cause)
}

func (e *CorruptError) Unwrap() error { return e.Cause }

// Write replaces the file at path with the JSON of value. Readers see the old
// content or the new one, never a part; on an error the old one stays.
func Write(path string, value any, durability Durability) error {
	data, err := marshal(value)
	if err != nil {
		return fmt.Errorf("writing state file %q: %w", path, err)
	}
	return WriteFile(path, data, durability)
}

func marshal(value any) ([]byte, error) {
	data, err := members.Marshal(value)
	return append(data, '\n'), err
}

// WriteFile is Write for bytes. The file is readable by root alone.
func WriteFile(path string, data []byte, durability Durability) error {
	err := failpoint.Around("write "+filepath.Base(path), func() error { return replace(path, data, durability) })
	if err != nil {
		return fmt.Errorf("writing state file %q: %w", path, err)
	}
	return nil
}

func replace(path string, data []byte, durability Durability) error {
	lock, err := acquire(freshPath(path), writePatience)
	if err != nil {
		return err
	}
	defer lock.file.Close()
	return takePlace(path, fill(lock.file, data, durability), durability)
}

// takePlace has a file's new content take its place or, if filling it failed, removes it.
func takePlace(path string, err error, durability Durability) error {
	if err == nil {
		err = failpoint.Around("rename "+filepath.Base(path), func() error { return os.Rename(freshPath(path), path) })
	}
	if err != nil {
		return errors.Join(err, removeOne(freshPath(path)))
	}
	if durability == Durable {
		return SyncDirectory(filepath.Dir(path))
	}
	return nil
}

// freshPath is where a file's new content is written before it takes the
// file's place. The name starts with a dot, so that listings pass over what a
// crash leaves. It is the same for every write, so that the next one takes that
// over and Remove finds it.
func freshPath(path string) string {
	directory, name := filepath.Split(path)
	return directory + "." + name + ".new"
}

// writePatience is how long a write waits for another one of the same file.
const writePatience = 10 * time.Second

// fill writes a file that may hold what a crash left.
func fill(file *os.File, data []byte, durability Durability) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	if _, err := file.Write(data); err != nil || durability == Quick {
		return err
	}
	return file.Sync()
}

// Sync makes a file that was written quickly survive a power cut, with its
// directory.
func Sync(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return err
	}
	directory := filepath.Dir(path)
	return errors.Join(SyncDirectory(directory), SyncDirectory(filepath.Dir(directory)))
}

// SyncDirectory makes the names in a directory survive a power cut.
func SyncDirectory(path string) error {
	directory, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(directory.Sync(), directory.Close())
}

// Read fills value from the file at path. A missing file is fs.ErrNotExist;
// one that is empty, truncated or garbage is a *CorruptError; one whose format is
// counted and later than this program knows is a *NewerError.
func Read(path string, value any) error {
	err := smallfile.Use(path, func(data []byte) error { return decode(path, data, value) })
	if errors.Is(err, syscall.EISDIR) || errors.Is(err, syscall.ENOTDIR) {
		return &CorruptError{Path: path, Cause: errors.New("something else is in its place")}
	}
	return err
}

func decode(path string, data []byte, value any) error {
	if len(bytes.TrimSpace(data)) == 0 {
		return &CorruptError{Path: path, Cause: errors.New("the file is empty")}
	}
	err := members.Unmarshal(data, value)
	if err != nil {
		err = &CorruptError{Path: path, Cause: err}
	}
	return checkVersion(path, data, value, err)
}

// Exists tells whether there is something at path.
func Exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
