package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/internal/handle"
	"mydocker/internal/idmap"
	"mydocker/internal/tree"
)

// Pack writes a file, a directory with all below it, or whatever else from is,
// opened by O_PATH, as a tar archive. It is called name there; the entries of a
// directory that is called "" stand at the top, with no entry for itself.
//
// Programs may change what is packed meanwhile. No link is followed; what
// vanishes is left out, as are sockets. A file has the size that it had when its
// turn came: what it lacks by then is zeros. Owners are numbers, those that ids
// says they are inside a container.
func Pack(to io.Writer, from *os.File, name string, ids idmap.Map) error {
	buffered := bufio.NewWriterSize(to, 256<<10)
	p := packer{tar: tar.NewWriter(buffered), links: map[inode]string{}, ids: ids}
	stat, err := handle.Stat(from)
	if err != nil {
		return err
	}
	if err := p.entry(from, name, &stat, 0); err != nil {
		return err
	}
	if err := errors.Join(p.tar.Close(), buffered.Flush()); err != nil {
		return fmt.Errorf("writing the archive: %w", err)
	}
	return nil
}

type packer struct {
	tar   *tar.Writer
	ids   idmap.Map
	links map[inode]string // the first name of files with several
}

type inode struct{ device, number uint64 }

// PackError says which file could not be packed.
type PackError struct {
	Name  string
	Cause error
}

func (e *PackError) Error() string { return fmt.Sprintf("packing %q: %v", e.Name, e.Cause) }

func (e *PackError) Unwrap() error { return e.Cause }

func (p *packer) entry(from *os.File, name string, stat *unix.Stat_t, depth int) error {
	kind := stat.Mode & unix.S_IFMT
	if kind == unix.S_IFSOCK {
		return nil
	}
	header, content, err := p.header(from, name, stat)
	if err != nil {
		return &PackError{Name: shorten(name), Cause: err}
	}
	if content != nil {
		defer content.Close()
	}
	if name != "" {
		if err := p.write(header, content); err != nil {
			return &PackError{Name: shorten(name), Cause: err}
		}
	}
	if kind == unix.S_IFDIR {
		return p.directory(from, name, depth)
	}
	return nil
}

func (p *packer) directory(from *os.File, name string, depth int) error {
	if depth > tree.MaxDepth {
		return &PackError{Name: shorten(name), Cause: fmt.Errorf("directories are nested deeper than %d levels", tree.MaxDepth)}
	}
	listing, err := handle.Reopen(from, unix.O_RDONLY|unix.O_DIRECTORY)
	if err != nil {
		return &PackError{Name: shorten(name), Cause: err}
	}
	defer listing.Close()
	// The kernel's own are left empty, as they are in an image.
	if shown, err := handle.IsKernels(int(listing.Fd())); shown || err != nil {
		return err
	}
	for {
		names, err := listing.Readdirnames(256)
		for _, below := range names {
			if err := p.below(listing, below, name, depth); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, unix.ENOENT) { // the end, or it was removed
			return nil
		}
		if err != nil {
			return &PackError{Name: shorten(name), Cause: err}
		}
	}
}

func (p *packer) below(listing *os.File, base, directory string, depth int) error {
	from, err := handle.Open(listing, base)
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	if err != nil {
		return &PackError{Name: shorten(joinName(directory, base)), Cause: err}
	}
	defer from.Close()
	stat, err := handle.Stat(from)
	if err != nil {
		return err
	}
	return p.entry(from, joinName(directory, base), &stat, depth+1)
}

// header describes an entry. A plain file comes with its content, to be closed.
func (p *packer) header(from *os.File, name string, stat *unix.Stat_t) (*tar.Header, io.ReadCloser, error) {
	header := &tar.Header{
		Name: name, Mode: int64(stat.Mode & 0o7777), Uid: p.ids.Inside(int(stat.Uid)), Gid: p.ids.Inside(int(stat.Gid)),
		ModTime: time.Unix(stat.Mtim.Unix()).Truncate(time.Second), PAXRecords: map[string]string{},
	}
	kind := stat.Mode & unix.S_IFMT
	if first, again := p.firstName(name, stat); again {
		header.Typeflag, header.Linkname = tar.TypeLink, first
		return header, nil, nil
	}
	if err := p.attributes(from, header); err != nil {
		return nil, nil, err
	}
	switch kind {
	case unix.S_IFREG:
		return packFile(from, header, stat)
	case unix.S_IFDIR:
		header.Typeflag, header.Name = tar.TypeDir, name+"/"
	case unix.S_IFLNK:
		var err error
		header.Typeflag = tar.TypeSymlink
		header.Linkname, err = handle.Target(from)
		return header, nil, err
	case unix.S_IFCHR, unix.S_IFBLK:
		header.Typeflag = tar.TypeChar
		if kind == unix.S_IFBLK {
			header.Typeflag = tar.TypeBlock
		}
		header.Devmajor, header.Devminor = int64(unix.Major(stat.Rdev)), int64(unix.Minor(stat.Rdev))
	case unix.S_IFIFO:
		header.Typeflag = tar.TypeFifo
	}
	return header, nil, nil
}

// firstName gives the name under which a file with several was packed before.
func (p *packer) firstName(name string, stat *unix.Stat_t) (first string, again bool) {
	if stat.Nlink < 2 || stat.Mode&unix.S_IFMT == unix.S_IFDIR {
		return "", false
	}
	id := inode{uint64(stat.Dev), stat.Ino}
	if first, again = p.links[id]; !again {
		p.links[id] = name
	}
	return first, again
}

// mostUnmeasured is how much is packed, in bytes, of a file of the kernel: those of
// procfs say that they are empty, and those of sysfs that they are a page long.
const mostUnmeasured = 64 << 20

func packFile(from *os.File, header *tar.Header, stat *unix.Stat_t) (*tar.Header, io.ReadCloser, error) {
	file, err := handle.Reopen(from, unix.O_RDONLY)
	if err != nil {
		return nil, nil, err
	}
	header.Typeflag, header.Size = tar.TypeReg, stat.Size
	shown, err := handle.IsKernels(int(from.Fd()))
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	if stat.Size > 0 && !shown {
		return header, file, nil
	}
	defer file.Close()
	whole, err := io.ReadAll(io.LimitReader(file, mostUnmeasured))
	header.Size = int64(len(whole))
	return header, io.NopCloser(bytes.NewReader(whole)), err
}

func (p *packer) attributes(from *os.File, header *tar.Header) error {
	names, err := handle.Attributes(from)
	if err != nil {
		return fmt.Errorf("listing the extended attributes: %w", err)
	}
	for _, name := range names {
		if !KeepsAttribute(name) || !fitsRecord(name) {
			continue
		}
		value, err := handle.Attribute(from, name)
		if errors.Is(err, unix.ENODATA) {
			continue
		}
		if err != nil {
			return fmt.Errorf("reading the extended attribute %q: %w", name, err)
		}
		header.PAXRecords[attributePrefix+name] = string(p.ids.AttributeInside(name, value))
	}
	return nil
}

// write writes an entry, with as many bytes as its header says.
func (p *packer) write(header *tar.Header, content io.Reader) error {
	if err := p.tar.WriteHeader(header); err != nil {
		return err
	}
	if content == nil {
		return nil
	}
	written, err := io.Copy(p.tar, io.LimitReader(content, header.Size))
	if err != nil {
		return err
	}
	_, err = io.CopyN(p.tar, zeroes{}, header.Size-written) // the file became shorter
	return err
}

// zeroes has no end.
type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
