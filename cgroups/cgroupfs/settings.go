package cgroupfs

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"mydocker/cgroups"
	"mydocker/resource"

	"golang.org/x/sys/unix"
)

// Apply writes the settings in their order. One may be refused because of
// another that is written later: a memory limit has to stay below the limit of
// memory and swap, which comes first when both are lowered and last when both
// are raised. So what is refused as invalid is tried once more at the end.
func (d Directory) Apply(settings []cgroups.Setting) error {
	var refused []cgroups.Setting
	for _, setting := range settings {
		err := Write(d.Location(), setting.File, setting.Value)
		if errors.Is(err, unix.EINVAL) {
			refused = append(refused, setting)
			continue
		}
		if err != nil {
			return err
		}
	}
	for _, setting := range refused {
		if err := Write(d.Location(), setting.File, setting.Value); err != nil {
			return err
		}
	}
	return nil
}

// Check compares the files with the settings. Its detail names each file that
// differs, what was recorded and what was found.
func (d Directory) Check(settings []cgroups.Setting) (resource.Status, error) {
	if !Exists(d.Location(), ".") {
		return resource.Status{State: resource.Absent, Detail: fmt.Sprintf("directory %q is missing", d.Location())}, nil
	}
	if other := d.Stranger(); other != "" {
		return resource.Status{
			State:  resource.Foreign,
			Detail: fmt.Sprintf("directory %q belongs to another mydocker (--run-root %s)", d.Location(), other),
		}, nil
	}
	var differences []string
	for _, setting := range settings {
		difference, err := d.difference(setting)
		if err != nil {
			return resource.Status{}, err
		}
		if difference != "" {
			differences = append(differences, difference)
		}
	}
	if len(differences) > 0 {
		return resource.Status{State: resource.Altered, Detail: strings.Join(differences, "; ")}, nil
	}
	return resource.Status{State: resource.Present}, nil
}

func (d Directory) difference(setting cgroups.Setting) (string, error) {
	path := d.Location() + "/" + setting.File
	found, err := Read(d.Location(), setting.File)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("file %q is missing, recorded is %q", path, setting.Value), nil
	case err != nil:
		return "", err
	case !setting.Matches(found):
		return fmt.Sprintf("file %q holds %q, recorded is %q", path, found, setting.Value), nil
	}
	return "", nil
}
