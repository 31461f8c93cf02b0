package overlay

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"mydocker/internal/members"
	"mydocker/internal/shell"
	"mydocker/internal/tree"
	"mydocker/resource"
)

// UpperKind is the kind of Upper in a journal.
const UpperKind = "upper"

// Upper is the writable layer of one container: a directory with the upper
// and the work directory of its overlay, which must share a file system.
type Upper struct {
	// Directory holds "upper" and "work", and may hold other things; it is
	// removed when nothing else is left in it.
	Directory string

	// Lower is the root directory of the image's top layer. The root directory
	// of the container has the owner and mode of "upper", so that those are
	// copied from there.
	Lower string

	// Volatile mounts the overlay so that nothing written to it is forced to
	// the disk, whatever programs ask for (kernel 5.10). After a crash of the
	// host the layer is worth nothing, and the kernel refuses to mount it a
	// second time: it is for containers that are removed when they end.
	Volatile bool
}

// Members implements members.Object.
func (u *Upper) Members(list *members.List) {
	list.Always("directory", &u.Directory)
	list.Always("lower", &u.Lower)
	list.Given("volatile", &u.Volatile)
}

var _ resource.Resource = (*Upper)(nil)

func (u *Upper) Kind() string { return UpperKind }

func (u *Upper) String() string { return fmt.Sprintf("writable layer %q", u.Directory) }

// UpperDirectory is where the overlay keeps what was changed, in its own
// format: whiteouts are character devices 0:0, and the attribute
// trusted.overlay.opaque marks directories that hide those below.
func (u *Upper) UpperDirectory() string { return filepath.Join(u.Directory, "upper") }

// WorkDirectory is the overlay's own scratch space.
func (u *Upper) WorkDirectory() string { return filepath.Join(u.Directory, "work") }

// Create makes the directories. Those that are there are kept, with what a
// container has written to them. The work directory comes last: once it is
// there, owner and mode of the other one are the container's.
func (u *Upper) Create() error {
	if err := u.checkPlace(); err != nil {
		return err
	}
	if err := os.MkdirAll(u.Directory, 0o700); err != nil {
		return err
	}
	if err := makeDirectory(u.UpperDirectory()); err != nil {
		return err
	}
	if info, err := os.Lstat(u.WorkDirectory()); err == nil && info.IsDir() {
		return nil
	}
	if err := takeAfter(u.UpperDirectory(), u.Lower); err != nil {
		return err
	}
	return makeDirectory(u.WorkDirectory())
}

// checkPlace refuses a directory whose name leads to another one with every
// change of the working directory, such as that of a damaged record.
func (u *Upper) checkPlace() error {
	if !filepath.IsAbs(u.Directory) {
		return fmt.Errorf("finding %s: the path must be absolute", u)
	}
	return nil
}

// makeDirectory makes one directory, unless it is there. Anything else in its
// place is somebody else's.
func makeDirectory(path string) error {
	err := unix.Mkdir(path, 0o700)
	if err == nil {
		return nil
	}
	if info, statErr := os.Lstat(path); statErr == nil && !info.IsDir() {
		return &resource.ForeignError{Object: fmt.Sprintf("file %q", path)}
	}
	if errors.Is(err, unix.EEXIST) {
		return nil
	}
	return &os.PathError{Op: "mkdir", Path: path, Err: err}
}

// takeAfter gives a directory the owner and mode of another one.
func takeAfter(path, model string) error {
	var stat unix.Stat_t
	if err := unix.Lstat(model, &stat); err != nil {
		return fmt.Errorf("reading the image's root directory %q: %w", model, err)
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFDIR {
		return fmt.Errorf("reading the image's root directory %q: it is no directory", model)
	}
	if err := unix.Lchown(path, int(stat.Uid), int(stat.Gid)); err != nil {
		return &os.PathError{Op: "chown", Path: path, Err: err}
	}
	if err := unix.Chmod(path, stat.Mode&0o7777); err != nil {
		return &os.PathError{Op: "chmod", Path: path, Err: err}
	}
	return nil
}

// Remove deletes what the container has written. It follows no link and stops
// at mount points, which it names in its error.
func (u *Upper) Remove() error {
	if err := u.checkPlace(); err != nil {
		return err
	}
	err := errors.Join(tree.Remove(u.UpperDirectory()), tree.Remove(u.WorkDirectory()))
	if err != nil {
		return err
	}
	err = unix.Rmdir(u.Directory)
	if err == nil || errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTEMPTY) || errors.Is(err, unix.EEXIST) {
		return nil
	}
	return &os.PathError{Op: "rmdir", Path: u.Directory, Err: err}
}

// Check tells whether both directories are there. What is in them, and their
// owners and modes, are up to the container.
func (u *Upper) Check() (resource.Status, error) {
	var missing []string
	for _, path := range []string{u.UpperDirectory(), u.WorkDirectory()} {
		info, err := os.Lstat(path)
		switch {
		case errors.Is(err, os.ErrNotExist):
			missing = append(missing, path)
		case err != nil:
			return resource.Status{}, fmt.Errorf("checking %s: %w", u, err)
		case !info.IsDir():
			return resource.Status{State: resource.Altered, Detail: fmt.Sprintf("%q is no directory", path)}, nil
		}
	}
	switch len(missing) {
	case 0:
		return resource.Status{State: resource.Present}, nil
	case 1:
		return resource.Status{State: resource.Altered, Detail: fmt.Sprintf("%q is missing", missing[0])}, nil
	}
	return resource.Status{State: resource.Absent}, nil
}

// Explain gives the shell lines for Create and Remove.
func (u *Upper) Explain() resource.Steps {
	upper, work := shell.Quote(u.UpperDirectory()), shell.Quote(u.WorkDirectory())
	return resource.Steps{
		Create: []string{
			fmt.Sprintf("mkdir -p -m 0700 %s", shell.Quote(u.Directory)),
			fmt.Sprintf("mkdir -m 0700 %s", upper),
			fmt.Sprintf("chown --reference=%s %s", shell.Quote(u.Lower), upper),
			fmt.Sprintf("chmod --reference=%s %s", shell.Quote(u.Lower), upper),
			fmt.Sprintf("mkdir -m 0700 %s", work),
		},
		Remove: []string{
			fmt.Sprintf("rm -rf --one-file-system %s %s", upper, work),
			fmt.Sprintf("rmdir --ignore-fail-on-non-empty %s", shell.Quote(u.Directory)),
		},
	}
}
