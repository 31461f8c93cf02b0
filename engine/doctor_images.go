package engine

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"mydocker/image"
	"mydocker/internal/shell"
	"mydocker/state"
)

// lookAtImages judges the image store.
func (l *look) lookAtImages() error {
	found, err := l.Images.Examine()
	if err != nil {
		return err
	}
	l.Checked.Images = found.Images
	l.unsettled = l.unsettled || found.Busy
	for _, record := range found.Unreadable {
		l.judgeImageRecord(record)
	}
	for _, incomplete := range found.Incomplete {
		l.report(Finding{
			Class: Missing, Kind: "layer", Object: fmt.Sprintf("layer %q", incomplete.Layer),
			Detail: fmt.Sprintf("a layer of image %q is not there", nameOf(incomplete.Image)),
			Why:    "no container can be made from the image, and none that was made from it can be started",
			Remedy: []string{l.command("rmi " + shell.Quote(nameOf(incomplete.Image)))},
		})
	}
	for _, nameless := range found.Nameless {
		l.reportUnneeded("image", fmt.Sprintf("image %q", nameless.ShortID()), "it has no name, and no container uses it", nil)
	}
	for _, path := range found.Unneeded {
		kind := "layer"
		if filepath.Dir(path) == filepath.Join(l.Layout.Images(), "records") {
			kind = "temporary file"
		}
		l.reportUnneeded(kind, fmt.Sprintf("%s %q", kind, path), "it belongs to no image", []string{"rm -rf " + shell.Quote(path)})
	}
	return nil
}

func nameOf(i image.Image) string {
	if i.Name == "" {
		return i.ShortID()
	}
	return i.Name
}

func (l *look) reportUnneeded(kind, object, detail string, remedy []string) {
	l.report(Finding{
		Class: Leaked, Kind: kind, Object: object, Detail: detail,
		Why: "it takes up the disk", ByHand: remedy, mend: quietly(l.Images.Collect),
	})
}

func (l *look) judgeImageRecord(record image.Unreadable) {
	if errors.As(record.Err, new(*state.NewerError)) {
		l.reportNewer("image", record.Path, "", "")
		return
	}
	l.report(Finding{
		Class: Broken, Kind: "image", Object: fmt.Sprintf("state file %q", record.Path),
		Detail: causeOf(record.Err), Why: "no container can be made from the image, and none that was made from it can be started",
		mend: func() (string, error) {
			return l.Images.Repair(record.Path, l.knownImages(), l.Layout.SetAside)
		},
	})
}

// knownImages are those that containers were made from, as their records tell.
func (e *Engine) knownImages() []image.Image {
	containers, _ := e.List() // those that can be read
	var known []image.Image
	for _, found := range containers {
		of := found.Record.Image
		if !slices.ContainsFunc(known, func(i image.Image) bool { return i.ID == of.ID && i.Name == of.FullName }) {
			known = append(known, image.Image{ID: of.ID, Name: of.FullName, Layers: of.Layers})
		}
	}
	return known
}
