package image

import (
	"fmt"
	"path/filepath"
	"time"

	"mydocker/state"
)

// Users tells which containers use what: container IDs, by the ID of their
// image and, once more, by the directory of each of their layers.
type Users map[string][]string

// Store is a directory with images. Its methods may be called by many
// processes at once.
type Store struct {
	directory string
	lockPath  string
	users     func() (Users, error)
}

// patience is how long a command waits for another one that changes the
// store. It is long, since that one may be unpacking a large archive.
const patience = 10 * time.Minute

// Open gives the store in directory; it reads and makes nothing yet. lockPath
// is the file that changes are locked by. users is called when something is to
// be removed, with the lock held; it must therefore not take locks that come
// before the image lock in the order. nil means that nobody uses an image.
func Open(directory, lockPath string, users func() (Users, error)) *Store {
	if users == nil {
		users = func() (Users, error) { return nil, nil }
	}
	return &Store{directory: directory, lockPath: lockPath, users: users}
}

func (s *Store) recordDirectory() string { return filepath.Join(s.directory, "records") }

func (s *Store) layerDirectory() string { return filepath.Join(s.directory, "layers") }

// layerPath gives the root directory of a layer.
func (s *Store) layerPath(id string) string { return filepath.Join(s.layerDirectory(), id) }

// lock takes the store's lock.
func (s *Store) lock() (*state.Lock, error) {
	lock, err := state.Acquire(s.lockPath, patience)
	if err != nil {
		return nil, fmt.Errorf("changing the image store %q: %w", s.directory, err)
	}
	return lock, nil
}
