package cgroupfs

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// place is a cgroup that one stands in, to look at those below it. It goes from
// one to the next with a single open directory: whoever may write to his cgroups
// nests them deeper than a path may be long, and than there are descriptors.
type place struct {
	directory *os.File
	top       string // where it began, which errors name
}

// stand opens a cgroup, from which the others are reached.
func stand(directory string) (*place, error) {
	fd, err := open(unix.AT_FDCWD, directory, placeFlags)
	if err != nil {
		return nil, fmt.Errorf("opening directory %q: %w", directory, err)
	}
	return &place{os.NewFile(uintptr(fd), directory), directory}, nil
}

const placeFlags = unix.O_RDONLY | unix.O_DIRECTORY | unix.O_NOFOLLOW

func (p *place) fd() int { return int(p.directory.Fd()) }

func (p *place) leave() { p.directory.Close() }

// within does something in the cgroup of that name, directly below, and comes
// back. One that is gone is passed over. The way up leads through the kernel's
// own "..", which stays the same also when a cgroup is renamed or removed.
func (p *place) within(name string, do func() error) error {
	if err := p.move(name); err != nil {
		return IgnoreGone(err)
	}
	if err := do(); err != nil {
		return err
	}
	return p.move("..")
}

func (p *place) move(name string) error {
	fd, err := open(p.fd(), name, placeFlags)
	if err != nil {
		return fmt.Errorf("opening directory %q below %q: %w", name, p.top, err)
	}
	p.directory.Close()
	p.directory = os.NewFile(uintptr(fd), name)
	return nil
}

// names lists the cgroups directly below.
func (p *place) names() ([]string, error) {
	if has, err := hasChildren(p.fd(), "."); err != nil || !has {
		return nil, err
	}
	entries, err := p.directory.ReadDir(-1)
	if err != nil {
		return nil, IgnoreGone(fmt.Errorf("listing what is below %q: %w", p.top, err))
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

// hasChildren tells whether there are cgroups below one. A cgroup directory has
// two links and one for each of them, so that most are not even read.
func hasChildren(at int, directory string) (bool, error) {
	var stat unix.Stat_t
	if err := unix.Fstatat(at, directory, &stat, 0); err != nil {
		return false, IgnoreGone(err)
	}
	return stat.Nlink != 2, nil
}
