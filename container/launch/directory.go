package launch

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// Enter changes to a directory by its absolute path, through no magic link of
// procfs, which could lead out of the container by a descriptor that somebody
// left open.
func (p *Plan) Enter(directory string) error {
	path, err := placeText(p, directory)
	if err != nil {
		return fmt.Errorf("entering the working directory %q: %w", directory, err)
	}
	how := place(p, unix.OpenHow{
		Flags:   unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_NO_MAGICLINKS,
	})
	opened := place(p, int32(0))
	explain := func(errno syscall.Errno) error {
		return fmt.Errorf("entering the working directory %q: %w", directory, errno)
	}
	nowhere := int32(unix.AT_FDCWD)
	open := p.do("", unix.SYS_OPENAT2, uintptr(nowhere), address(path), address(how), unix.SizeofOpenHow)
	open.store, open.explain = opened, explain
	enter := p.do("", unix.SYS_FCHDIR)
	enter.load, enter.explain = opened, explain
	return nil
}
