package image

import (
	"os"
	"path/filepath"
	"testing"
)

// TestRepairKeepsTheLayersOfUnknownImages has two records that cannot be read. A
// container knows one of the images; the layers of the other are set aside with
// the record that is looked at last, and not left to be deleted.
func TestRepairKeepsTheLayersOfUnknownImages(t *testing.T) {
	for name, order := range map[string][]string{"the known one first": {"known", "other"}, "the known one last": {"other", "known"}} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			known := f.importText("known", "x")
			images := map[string]Image{"known": known, "other": f.importText("other", "y")}
			f.use(known, "container")
			paths := map[string]string{}
			for name, i := range images {
				paths[name] = f.recordPath(i.Name, i.ID)
				must(t, os.WriteFile(paths[name], nil, 0o600))
			}
			broken := t.TempDir()
			aside := func(path, name string) (string, error) {
				place := filepath.Join(broken, name)
				return place, os.Rename(path, place)
			}
			for _, name := range order {
				_, err := f.Repair(paths[name], []Image{known}, aside)
				must(t, err)
			}
			must(t, f.Collect())
			f.expectClean(1, 1)
			kept := Image{Layers: []string{filepath.Join(broken, "layer-"+filepath.Base(images["other"].Layers[0]))}}
			if text := f.text(kept); text != "y" {
				t.Errorf("kept of the other image: %q", text)
			}
		})
	}
}
