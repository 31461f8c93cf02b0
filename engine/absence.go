package engine

import (
	"errors"
	"os"
	"path"
	"strings"

	specs "github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/internal/handle"
)

// absence is a volume of a container at rest whose host side is gone. What lies in its
// place is the container's own, which nobody is to take for the volume.
type absence struct {
	place string // in the container
	err   error  // says what is gone, and what to do
}

type absences []absence

// separate tells the mounts that can be made from those that cannot. One in the place of
// an absent one is absent with it: its own place may be nowhere else.
func separate(mounts []specs.Mount) (present []specs.Mount, absent absences) {
	for _, mount := range outermostFirst(mounts) {
		err := checkMount(mount)
		if err == nil {
			err = absent.covering(mount.Destination)
		}
		if err != nil {
			// It is not the file asked for that does not exist.
			absent = append(absent, absence{mount.Destination, errors.New(err.Error())})
			continue
		}
		present = append(present, mount)
	}
	return present, absent
}

// locate says where the absent ones are behind the links of the container.
func (a absences) locate(root *os.File) error {
	for i := range a {
		found, err := territory{root: root}.find(a[i].place, unix.O_PATH)
		if errors.Is(err, unix.ENOENT) { // the container has never run, or somebody removed it
			continue
		}
		if err != nil {
			return err
		}
		a[i].place, err = os.Readlink(handle.Path(found))
		found.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// covering gives the error of the absent one in which a place lies.
func (a absences) covering(place string) error {
	for _, volume := range a {
		if liesIn(place, volume.place) {
			return volume.err
		}
	}
	return nil
}

// refuse refuses a file in the place of an absent one.
func (a absences) refuse(opened *os.File) error {
	if len(a) == 0 {
		return nil
	}
	place, err := os.Readlink(handle.Path(opened))
	if err != nil {
		return err
	}
	return a.covering(place)
}

// refuseAround refuses what an absent one lies in, or the other way round: a file, or
// what has the name in a directory.
func (a absences) refuseAround(opened *os.File, name string) error {
	if len(a) == 0 {
		return nil
	}
	place, err := os.Readlink(handle.Path(opened))
	if err != nil {
		return err
	}
	place = path.Join(place, name)
	for _, volume := range a {
		if liesIn(volume.place, place) {
			return volume.err
		}
	}
	return a.covering(place)
}

// explain says of a path that was not found what is absent there.
func (a absences) explain(err error, name string) error {
	if !errors.Is(err, unix.ENOENT) {
		return err
	}
	if absent := a.covering(path.Clean("/" + name)); absent != nil {
		return absent
	}
	return err
}

// liesIn tells whether a path is another one or below it.
func liesIn(name, above string) bool {
	return strings.HasPrefix(name+"/", strings.TrimSuffix(above, "/")+"/")
}
