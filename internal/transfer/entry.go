package transfer

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"mydocker/internal/handle"
	"mydocker/internal/openat2"
)

// copy copies one open entry to a name in d.to.
func (c *copier) copy(d pair, from *os.File, name string, stat *unix.Stat_t, depth int) error {
	kind := stat.Mode & unix.S_IFMT
	if kind != unix.S_IFDIR && stat.Nlink > 1 {
		if done, err := c.link(d, name, stat); done || err != nil {
			return err
		}
	}
	switch kind {
	case unix.S_IFDIR:
		return c.directory(d, from, name, stat, depth)
	case unix.S_IFREG:
		return c.file(d, from, name, stat)
	case unix.S_IFLNK:
		return c.symlink(d, from, name, stat)
	case unix.S_IFCHR, unix.S_IFBLK, unix.S_IFIFO:
		return c.node(d, from, name, stat)
	}
	return nil
}

func (c *copier) directory(d pair, from *os.File, name string, stat *unix.Stat_t, depth int) error {
	source, err := c.openDirectory(from)
	if err != nil {
		return err
	}
	defer source.Close()
	to, err := c.makeDirectory(d.to, name)
	if err != nil {
		return err
	}
	defer to.Close()
	if err := c.contents(pair{source, to, filepath.Join(d.path, name)}, depth+1); err != nil {
		return err
	}
	return c.describe(from, to, stat)
}

// openDirectory opens a directory to be listed. A copy that met itself would go
// on for ever.
func (c *copier) openDirectory(from *os.File) (*os.File, error) {
	source, err := handle.Reopen(from, unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return nil, err
	}
	stat, err := handle.Stat(source)
	if err == nil && identify(&stat) == c.itself {
		err = errors.New("it is the directory that is copied into; choose a place outside of it")
	}
	if err != nil {
		source.Close()
		return nil, err
	}
	return source, nil
}

// makeDirectory makes a directory, or opens the one that is there if it may.
func (c *copier) makeDirectory(parent *os.File, name string) (*os.File, error) {
	err := unix.Mkdirat(int(parent.Fd()), name, 0o700)
	if err != nil && !(errors.Is(err, unix.EEXIST) && c.Merge) {
		return nil, err
	}
	fd, err := unix.Openat(int(parent.Fd()), name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP) {
		return nil, errors.New("a directory cannot take the place of a file that is no directory; remove it first")
	}
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

func (c *copier) symlink(d pair, from *os.File, name string, stat *unix.Stat_t) error {
	target, err := handle.Target(from)
	if err != nil {
		return err
	}
	create := func(name string) error { return unix.Symlinkat(target, int(d.to.Fd()), name) }
	return c.place(d, name, unix.S_IFLNK, create, func(name string) error { return c.describeEntry(d, from, name, stat) })
}

// node makes a device or FIFO; the whiteout of an overlay is one as well.
func (c *copier) node(d pair, from *os.File, name string, stat *unix.Stat_t) error {
	kind := stat.Mode & unix.S_IFMT
	create := func(name string) error { return unix.Mknodat(int(d.to.Fd()), name, kind|0o600, int(stat.Rdev)) }
	return c.place(d, name, kind, create, func(name string) error { return c.describeEntry(d, from, name, stat) })
}

// place has an entry of that kind (S_IFMT) made and completed. Where others may have
// something under its name, it takes that place when it is complete.
func (c *copier) place(d pair, name string, kind uint32, create, complete func(name string) error) error {
	if c.Merge {
		return handle.Replace(int(d.to.Fd()), name, kind, create, complete)
	}
	if err := create(name); err != nil {
		return err
	}
	return complete(name)
}

// link makes a hard link when another link to the same file was copied before;
// otherwise it remembers this one.
func (c *copier) link(d pair, name string, stat *unix.Stat_t) (done bool, err error) {
	id, path := identify(stat), filepath.Join(d.path, name)
	first, seen := c.links[id]
	if !seen {
		c.links[id] = path
		return false, nil
	}
	directory, err := c.openBelow(filepath.Dir(first))
	if err == nil {
		defer directory.Close()
		create := func(name string) error {
			return unix.Linkat(int(directory.Fd()), filepath.Base(first), int(d.to.Fd()), name, 0)
		}
		err = c.place(d, name, stat.Mode&unix.S_IFMT, create, func(string) error { return nil })
	}
	if err != nil { // the first one is gone, or somewhere else by now
		c.links[id] = path
	}
	return err == nil, nil
}

// openBelow opens a directory of the copy, whatever somebody has put in its
// place: links are not followed.
func (c *copier) openBelow(path string) (*os.File, error) {
	fd, err := openat2.Open(int(c.top.Fd()), path, &unix.OpenHow{
		Flags:   unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS,
	})
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), path), nil
}
