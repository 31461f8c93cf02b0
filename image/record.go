package image

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"mydocker/internal/members"
	"mydocker/state"
)

// recordVersion is the version of the format that this program writes.
const recordVersion = 1

// record is an image as its file holds it. One that has several names has as
// many records.
type record struct {
	Version int
	ID      string
	Name    string
	Created time.Time
	Size    int64
	Layers  []string // IDs, top first
	Config  Config

	// Dropped is the archive of this name that lay in the store's directory
	// when the record was written. One that differs is newer and takes over.
	Dropped *stamp

	// FromDropped says that the layer was unpacked from that archive, and can
	// be once more.
	FromDropped bool
}

// Members implements members.Object.
func (r *record) Members(list *members.List) {
	list.Always("version", &r.Version)
	list.Always("id", &r.ID)
	list.Given("name", &r.Name)
	list.Always("created", &r.Created)
	list.Always("size", &r.Size)
	list.Always("layers", &r.Layers)
	list.Always("config", &r.Config)
	list.Given("dropped", members.Pointer(&r.Dropped))
	list.Given("fromDropped", &r.FromDropped)
}

// FormatVersion implements state.Versioned.
func (r *record) FormatVersion() (version, known int) { return r.Version, recordVersion }

// image gives a record as the rest of the world knows it.
func (s *Store) image(r record) Image {
	layers := make([]string, len(r.Layers))
	for i, id := range r.Layers {
		layers[i] = s.layerPath(id)
	}
	return Image{ID: r.ID, Name: r.Name, Created: r.Created, Size: r.Size, Layers: layers, Config: r.Config}
}

// recordPath gives the file of a name, or of an ID for an image without one.
func (s *Store) recordPath(name, id string) string {
	return filepath.Join(s.recordDirectory(), recordFile(name, id)+".json")
}

// mostFileName keeps the names of records, with ".json", below the 255 bytes
// that a file name can have.
const mostFileName = 240

// recordFile turns a name into a file name. "+", "@" and "~" occur in no name,
// so that two names never share a file.
func recordFile(name, id string) string {
	if name == "" {
		return "@" + id
	}
	file := strings.ReplaceAll(name, "/", "+")
	if len(file) > mostFileName {
		sum := sha256.Sum256([]byte(name))
		file = file[:mostFileName-33] + "~" + hex.EncodeToString(sum[:16])
	}
	return file
}

// read gives the record of a name. One that is missing is fs.ErrNotExist.
func (s *Store) read(name string) (record, error) { return readRecord(s.recordPath(name, "")) }

func readRecord(path string) (record, error) {
	var r record
	if err := state.Read(path, &r); err != nil {
		return record{}, err
	}
	if err := r.check(); err != nil {
		return record{}, &state.CorruptError{Path: path, Cause: err}
	}
	return r, nil
}

// check tells whether a record can be worked with. Its layers become paths
// that are removed one day, so that each must be a plain ID.
func (r record) check() error {
	if len(r.ID) != sha256.Size*2 || !isHex(r.ID) {
		return fmt.Errorf("the image ID %q is not 64 hexadecimal digits", r.ID)
	}
	if len(r.Layers) == 0 {
		return errors.New("the image has no layers")
	}
	for _, layer := range r.Layers {
		if !isHex(layer) {
			return fmt.Errorf("the layer ID %q is not hexadecimal", layer)
		}
	}
	return nil
}

// write puts a record in its place. It survives a power cut.
func (s *Store) write(r record) error {
	r.Version = recordVersion
	return state.Write(s.recordPath(r.Name, r.ID), &r, state.Durable)
}

// erase removes a record.
func (s *Store) erase(r record) error {
	err := os.Remove(s.recordPath(r.Name, r.ID))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// records gives all records that can be read. The error joins one
// *state.CorruptError or *state.NewerError for each that cannot; the others are
// good even so.
func (s *Store) records() ([]record, error) {
	files, err := os.ReadDir(s.recordDirectory())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("listing images: %w", err)
	}
	var found []record
	var errs []error
	for _, file := range files {
		if strings.HasPrefix(file.Name(), ".") || !strings.HasSuffix(file.Name(), ".json") {
			continue
		}
		r, err := readRecord(filepath.Join(s.recordDirectory(), file.Name()))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
		if err == nil {
			found = append(found, r)
		}
	}
	return found, errors.Join(errs...)
}
