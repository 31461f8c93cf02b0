package manager

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"mydocker/cgroups"
)

// managers gives the cgroup's part in each hierarchy, the one that counts tasks
// first: a fork bomb is stopped there.
func (c *Cgroup) managers() ([]cgroups.Manager, error) {
	if err := verifyPath(c.Path); err != nil {
		return nil, err
	}
	hierarchies, err := Hierarchies()
	if err != nil {
		return nil, err
	}
	if c.Everywhere {
		return managers(hierarchies, c.Path, c.Limits, c.Instance, cgroups.CPUSet, cgroups.Devices), nil
	}
	return managers(hierarchies, c.Path, c.Limits, c.Instance), nil
}

// holders gives the parts of a cgroup that is to be made or joined: all that its limits
// need. Whoever was in some of them alone would be without the others' limits.
func (c *Cgroup) holders() ([]cgroups.Manager, error) {
	hierarchies, err := Hierarchies()
	if err == nil {
		err = verifyOffered(hierarchies, c.Limits)
	}
	if err != nil {
		return nil, err
	}
	return c.managers()
}

// verifyPath refuses a path that leads out of mydocker's own cgroups, since all
// that lies at the path is killed on removal.
func verifyPath(text string) error {
	if !filepath.IsLocal(text) || path.Clean(text) != text || text == "." || strings.ContainsAny(text, "\n\x00") {
		return fmt.Errorf("finding cgroup %q: the path has to name a directory below the mount point, such as %q",
			text, "mydocker/1891821312")
	}
	return nil
}

// each does something in every hierarchy and stops at the first error.
func (c *Cgroup) each(do func(cgroups.Manager) error) error { return each(c.managers, do) }

func each(find func() ([]cgroups.Manager, error), do func(cgroups.Manager) error) error {
	managers, err := find()
	if err != nil {
		return err
	}
	for _, m := range managers {
		if err := do(m); err != nil {
			return err
		}
	}
	return nil
}

// all does something in every hierarchy and joins the errors.
func (c *Cgroup) all(do func(cgroups.Manager) error) error {
	managers, err := c.managers()
	if err != nil {
		return err
	}
	var errs []error
	for _, m := range managers {
		errs = append(errs, do(m))
	}
	return errors.Join(errs...)
}
