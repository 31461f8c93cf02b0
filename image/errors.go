package image

import (
	"fmt"
	"strings"
)

// NotFoundError says that no image has a name or an ID.
type NotFoundError struct {
	Name      string
	Directory string // of the store
}

func (e *NotFoundError) Error() string {
	remedy := `; "mydocker images" lists what there is`
	if reference, err := ParseReference(e.Name); err == nil {
		remedy = fmt.Sprintf(`; import one with "mydocker image import FILE %s"`, e.Name)
		if archive := droppedName(reference); archive != "" {
			remedy += fmt.Sprintf(" or put %s into %s", archive, e.Directory)
		}
	}
	return fmt.Sprintf("finding image %q: no such image%s", e.Name, remedy)
}

// AmbiguousError says that the IDs of several images start with a prefix.
type AmbiguousError struct {
	Prefix string
	IDs    []string
}

func (e *AmbiguousError) Error() string {
	short := make([]string, len(e.IDs))
	for i, id := range e.IDs {
		short[i] = Image{ID: id}.ShortID()
	}
	return fmt.Sprintf("finding image %q: several IDs start like this: %s; give more digits",
		e.Prefix, strings.Join(short, ", "))
}

// InUseError says which containers an image cannot be removed for.
type InUseError struct {
	Image      Image
	Containers []string // IDs
}

func (e *InUseError) Error() string {
	name := e.Image.Name
	if name == "" {
		name = e.Image.ShortID()
	}
	list := strings.Join(e.Containers, " ")
	return fmt.Sprintf(`removing image %q: in use by container %s; remove it first with "mydocker rm %s"`,
		name, strings.ReplaceAll(list, " ", ", "), list)
}

// SeveralNamesError says that an image which was to be removed by its ID has
// more than one name.
type SeveralNamesError struct {
	ID    string
	Names []string
}

func (e *SeveralNamesError) Error() string {
	return fmt.Sprintf(`removing image %q: it has several names; remove them with "mydocker rmi %s"`,
		Image{ID: e.ID}.ShortID(), strings.Join(e.Names, " "))
}
