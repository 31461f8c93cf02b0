package handle

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Replace puts an entry of that kind (S_IFMT) in the place of what is there, if that
// may be replaced, when it is whole: create makes it under a temporary name in the
// same directory, complete gives it all else. Until then, and after a failure, what
// is there is as it was. It is renamed by its name, so that whoever may write to the
// directory can put something else in its place, as he can afterwards; rename(2)
// follows no link on either side.
func Replace(directory int, name string, kind uint32, create, complete func(name string) error) error {
	if err := refuse(directory, name, kind); err != nil {
		return err
	}
	staged, err := stage(directory, create)
	if err != nil {
		return err
	}
	defer staged.discard()
	if err := complete(staged.name); err != nil {
		return err
	}
	if err := refuse(directory, name, kind); err != nil {
		return err
	}
	return staged.rename(name)
}

func (t *temporary) rename(name string) error {
	err := unix.Renameat(t.directory, t.name, t.directory, name)
	if errors.Is(err, unix.ENOENT) {
		return errors.New("somebody has removed the copy before it was complete")
	}
	if err != nil {
		return fmt.Errorf("replacing what is there: %w", err)
	}
	return nil
}
