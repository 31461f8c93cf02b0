package archive

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"

	"golang.org/x/sys/unix"
)

// entry is one entry of an archive and the place that it goes to.
type entry struct {
	*tar.Header
	directory string // clean path of the directory, "" for the top
	parent    int    // the directory, opened
	base      string // last part of the name
}

// entry puts one entry in its place.
func (u *unpacker) entry(header *tar.Header, content io.Reader) error {
	if header.Typeflag == tar.TypeXGlobalHeader || header.Typeflag == typeVolumeLabel {
		return nil
	}
	directory, base, err := splitName(header.Name)
	if err != nil {
		return err
	}
	if base == "" {
		return u.top(header)
	}
	if isWhiteoutDevice(header) {
		return nil
	}
	directory = u.place(directory)
	parent, err := u.parents.open(directory)
	if err != nil {
		return err
	}
	return u.make(entry{Header: header, directory: directory, parent: parent, base: base}, content)
}

// typeVolumeLabel is GNU tar's "V": a name for the archive, and no file.
const typeVolumeLabel = 'V'

func isWhiteoutDevice(header *tar.Header) bool {
	return header.Typeflag == tar.TypeChar && header.Devmajor == 0 && header.Devminor == 0
}

// top takes owner, mode and time of the top directory itself.
func (u *unpacker) top(header *tar.Header) error {
	if header.Typeflag != tar.TypeDir {
		return errors.New("the top of a root file system must be a directory")
	}
	if u.merge {
		return nil
	}
	if err := u.describe(u.root, header); err != nil {
		return err
	}
	return u.times.add(u, "", header)
}

func (u *unpacker) make(e entry, content io.Reader) error {
	switch e.Typeflag {
	case tar.TypeReg, tar.TypeCont, tar.TypeGNUSparse:
		return u.file(e, content)
	case tar.TypeDir:
		return u.directory(e)
	case tar.TypeSymlink:
		return u.symlink(e)
	case tar.TypeLink:
		return u.hardLink(e)
	case tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
		return u.node(e)
	}
	return fmt.Errorf("the archive has an entry of unknown type %q", e.Typeflag)
}

func (u *unpacker) directory(e entry) error {
	if err := u.makeDirectory(e); err != nil {
		return err
	}
	fd, err := unix.Openat(e.parent, e.base, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("opening the directory: %w", err)
	}
	defer unix.Close(fd)
	if err := u.describe(fd, e.Header); err != nil {
		return err
	}
	return u.times.add(u, joinName(e.directory, e.base), e.Header)
}

// makeDirectory makes a directory, unless there is one. Where somebody else makes
// something at the same moment, opening it will tell what.
func (u *unpacker) makeDirectory(e entry) (err error) {
	create := func(name string) error { return unix.Mkdirat(e.parent, name, 0o700) }
	switch kind := kindOf(e.parent, e.base); {
	case kind == unix.S_IFDIR:
		return nil
	case kind != 0 && u.merge:
		return errors.New("a directory cannot take the place of a file that is no directory; remove it first")
	case u.merge:
		err = create(e.base)
	default:
		err = u.replacing(e, create)
	}
	if err != nil && !errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("making the directory: %w", err)
	}
	return nil
}

func (u *unpacker) symlink(e entry) error {
	create := func(name string) error { return unix.Symlinkat(e.Linkname, e.parent, name) }
	if err := u.put(e, create, u.describing(e)); err != nil {
		return fmt.Errorf("making the symbolic link to %q: %w", shorten(e.Linkname), err)
	}
	return nil
}

func (u *unpacker) node(e entry) error {
	device := uint64(0)
	if e.Typeflag != tar.TypeFifo {
		if e.Devmajor < 0 || e.Devmajor > maxMajor || e.Devminor < 0 || e.Devminor > maxMinor {
			return fmt.Errorf("the device number %d:%d is out of range", e.Devmajor, e.Devminor)
		}
		device = unix.Mkdev(uint32(e.Devmajor), uint32(e.Devminor))
	}
	create := func(name string) error {
		return unix.Mknodat(e.parent, name, specialKind(e.Header)|0o600, int(device))
	}
	if err := u.put(e, create, u.describing(e)); err != nil {
		return fmt.Errorf("making the device or FIFO: %w", err)
	}
	return nil
}

// The largest device numbers that Linux has: 12 and 20 bits, MINORBITS in
// include/linux/kdev_t.h.
const (
	maxMajor = 1<<12 - 1
	maxMinor = 1<<20 - 1
)

// hardLink makes a second name for an entry that came before. The link's own
// owner and mode are ignored: they are the file's, which has its own.
func (u *unpacker) hardLink(e entry) error {
	directory, base, err := splitName(e.Linkname)
	if err != nil || base == "" {
		return fmt.Errorf("making a hard link to %q: the target is not inside the archive", shorten(e.Linkname))
	}
	target := u.root
	if directory = u.place(directory); directory != "" {
		if target, err = openInRoot(u.root, directory); err != nil {
			return fmt.Errorf("making a hard link to %q: %w", shorten(e.Linkname), err)
		}
		defer unix.Close(target)
	}
	if sameInode(target, base, e.parent, e.base) {
		return nil
	}
	create := func(name string) error { return unix.Linkat(target, base, e.parent, name, 0) }
	if err := u.put(e, create, func(string) error { return nil }); err != nil {
		return fmt.Errorf("making a hard link to %q: %w", shorten(e.Linkname), err)
	}
	return nil
}

func sameInode(directory1 int, name1 string, directory2 int, name2 string) bool {
	var one, other unix.Stat_t
	return unix.Fstatat(directory1, name1, &one, unix.AT_SYMLINK_NOFOLLOW) == nil &&
		unix.Fstatat(directory2, name2, &other, unix.AT_SYMLINK_NOFOLLOW) == nil &&
		one.Ino == other.Ino && one.Dev == other.Dev
}

// place gives the path below the root of a directory of the archive.
func (u *unpacker) place(directory string) string {
	if directory == "" {
		return u.below
	}
	return joinName(u.below, directory)
}

func joinName(directory, base string) string {
	if directory == "" {
		return base
	}
	return directory + "/" + base
}
