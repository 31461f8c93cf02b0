package image

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"mydocker/internal/failpoint"
	"mydocker/internal/tree"
	"mydocker/state"
)

// stage is the directory of one change to the store. A layer is made there
// and renamed to its place; layers that go are renamed into it, so that nobody
// ever sees half of one. Its lock lives as long as its maker: a stage that is
// not locked is what a crash left, and a sign that more may be amiss.
type stage struct {
	path    string
	held    *os.File // the directory, locked
	spare   string   // where it goes, empty, when it is done with; "": it goes
	retired int      // layers that were moved here

	// unsettled says that layers may have lost their last image, or not have
	// got their first. The stage then stays as a sign until collect has run.
	unsettled bool
}

const stagePrefix = ".stage-"

// newStage makes a stage, or takes over what a crash left. The caller holds
// the store's lock, so that nobody takes the stage for a leftover before it is
// locked.
func (s *Store) newStage() (*stage, error) {
	dead, err := s.deadStages()
	var g *stage
	switch {
	case err == nil && len(dead) == 0:
		g, err = s.makeStage()
	case err == nil:
		g, err = adopt(dead)
	}
	if err != nil {
		return nil, fmt.Errorf("changing the image store %q: %w", s.directory, err)
	}
	return g, nil
}

// adopt makes one empty stage of several dead ones.
func adopt(dead []*stage) (*stage, error) {
	g, err := dead[0], dead[0].empty()
	for _, other := range dead[1:] {
		other.unsettled = false // g is the sign for all
		err = errors.Join(err, other.discard())
	}
	if err != nil {
		g.held.Close()
		return nil, err
	}
	return g, nil
}

func (s *Store) makeStage() (*stage, error) {
	if err := os.MkdirAll(s.layerDirectory(), 0o700); err != nil {
		return nil, err
	}
	path, err := s.makeStageDirectory()
	if err != nil {
		return nil, errors.Join(err, state.Remove(path))
	}
	held, err := lockDirectory(path, unix.LOCK_EX) // a spare may be held for a moment still
	if err != nil {
		return nil, errors.Join(err, os.Remove(path))
	}
	return &stage{path: path, held: held, spare: s.sparePath()}, nil
}

// sparePath is an empty directory that is kept to become a stage on a full
// disk, where none can be made: images have to be removable there, too.
func (s *Store) sparePath() string { return filepath.Join(s.directory, ".spare") }

func (s *Store) makeStageDirectory() (string, error) {
	path := filepath.Join(s.layerDirectory(), stagePrefix+newLayerID())
	return path, failpoint.Around("make stage", func() error {
		err := os.Mkdir(path, 0o700)
		if err != nil && os.Rename(s.sparePath(), path) == nil {
			return nil
		}
		return err
	})
}

// holdDirectory locks a directory, unless it is locked (EWOULDBLOCK) or gone
// (ENOENT). The kernel drops the lock when the process dies.
func holdDirectory(path string) (*os.File, error) {
	return lockDirectory(path, unix.LOCK_EX|unix.LOCK_NB)
}

func lockDirectory(path string, how int) (*os.File, error) {
	directory, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	for err = unix.EINTR; err == unix.EINTR; {
		err = unix.Flock(int(directory.Fd()), how)
	}
	if err == nil {
		_, err = os.Lstat(path) // its last holder may have removed it
	}
	if err != nil {
		directory.Close()
		return nil, err
	}
	return directory, nil
}

// rootfs makes the directory that becomes a layer. Its mode is that of a root
// directory, unless what is put into it says otherwise.
func (g *stage) rootfs() (string, error) {
	path := filepath.Join(g.path, "rootfs")
	return path, failpoint.Around("make layer", func() error {
		if err := os.Mkdir(path, 0o755); err != nil {
			return err
		}
		return os.Chmod(path, 0o755) // whatever the umask
	})
}

// sync brings the layer in the making to the disk. One call for the whole
// file system costs less than one for each of thousands of files.
func (g *stage) sync() error { return failpoint.Around("sync layer", g.syncfs) }

// syncfs uses a descriptor that was opened before anything was written: of what
// the kernel could not write before, it does not tell (syncfs(2)).
func (g *stage) syncfs() error {
	if err := unix.Syncfs(int(g.held.Fd())); err != nil {
		return fmt.Errorf("writing the layer to the disk: %w", err)
	}
	return nil
}

// settle gives the layer its place.
func (g *stage) settle(place string) error {
	return failpoint.Around("settle layer", func() error {
		if err := os.Rename(filepath.Join(g.path, "rootfs"), place); err != nil {
			return err
		}
		return state.SyncDirectory(filepath.Dir(place))
	})
}

// retire takes a layer out of its place. It is removed with the stage.
func (g *stage) retire(layer string) error {
	return failpoint.Around("retire layer", func() error {
		g.retired++
		err := os.Rename(layer, filepath.Join(g.path, fmt.Sprintf("retired-%d", g.retired)))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
}

// end discards a stage and gives what has come of it. If that is an image, it is
// there whatever becomes of the stage: the next Sweep tries again and tells.
func (g *stage) end(made Image, err error) (Image, error) {
	left := g.discard()
	if err != nil {
		return Image{}, errors.Join(err, left)
	}
	return made, nil
}

// discard removes the stage with all in it, or all in it if the stage is to
// stay as a sign.
func (g *stage) discard() error {
	defer g.held.Close()
	return failpoint.Around("discard stage", func() error {
		err := g.empty()
		if err != nil || g.unsettled {
			return err
		}
		if g.spare != "" && os.Rename(g.path, g.spare) == nil {
			return nil
		}
		return tree.Remove(g.path)
	})
}

// empty removes what is in the stage.
func (g *stage) empty() error {
	names, err := readNames(g.path)
	errs := []error{err}
	for _, name := range names {
		errs = append(errs, tree.Remove(filepath.Join(g.path, name)))
	}
	return errors.Join(errs...)
}

// deadStages takes over the stages whose makers died. The caller holds the
// store's lock.
func (s *Store) deadStages() ([]*stage, error) {
	paths, err := s.stages()
	if err != nil {
		return nil, err
	}
	var dead []*stage
	for _, path := range paths {
		held, err := holdDirectory(path)
		if errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			for _, g := range dead {
				g.held.Close()
			}
			return nil, err
		}
		dead = append(dead, &stage{path: path, held: held, unsettled: true})
	}
	return dead, nil
}

func (s *Store) stages() ([]string, error) {
	names, err := readNames(s.layerDirectory())
	var found []string
	for _, name := range names {
		if strings.HasPrefix(name, stagePrefix) {
			found = append(found, filepath.Join(s.layerDirectory(), name))
		}
	}
	return found, err
}

// readNames lists a directory, which may be missing.
func readNames(path string) ([]string, error) {
	directory, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer directory.Close()
	return directory.Readdirnames(-1)
}
