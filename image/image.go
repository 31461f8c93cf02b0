// Package image keeps images: root file systems that containers start from,
// made of layers that are never changed once they exist and that all
// containers share.
//
// An image comes into being in three ways. A tar archive that a person drops
// into the store's directory as NAME.tar is found by its name and unpacked
// when it is first used, and again whenever the file changes. Import reads an
// archive from anywhere. Commit keeps what a container has changed as one more
// layer on top of its image.
//
// The store's directory, /var/lib/mydocker/image by default, holds
//
//	NAME.tar, NAME:TAG.tar   archives that a person dropped
//	records/NAME:TAG.json    one record for each name
//	records/@ID.json         an image that lost its name while in use
//	layers/ID/               the root directory of one layer
//	layers/.stage-*/         a layer in the making, or leftovers of a crash
//
// Reading takes no lock: a record is one small file that is replaced as a
// whole, and a layer gets its place by a rename after all of it is on the
// disk. Whoever changes the store holds its lock, for the moment of the change
// in the case of Import and Commit, and meanwhile has a stage: a directory that
// is locked as long as its maker lives. A stage whose lock is free tells that
// somebody died halfway; see Sweep.
package image

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"time"

	"mydocker/internal/members"
)

// Image is a root file system and what to run in it.
type Image struct {
	// ID is a SHA-256 in 64 hexadecimal digits; people are shown 12 of them.
	// It is empty for an archive that was dropped and not used yet.
	ID string `json:"id"`

	// Name is REPOSITORY:TAG, or empty for an image whose name went to
	// another one while containers were using it.
	Name string `json:"name"`

	Created time.Time `json:"created"`

	// Size is that of the content of all layers in bytes; for an archive that
	// was not used yet, that of the archive.
	Size int64 `json:"size"`

	// Layers are the root directories of the layers, absolute, the top one
	// first, as an overlay takes them.
	Layers []string `json:"layers"`

	Config Config `json:"config"`
}

// ShortID gives the 12 digits of the ID that are shown to people.
func (i Image) ShortID() string { return i.ID[:min(12, len(i.ID))] }

// Unpacked tells whether the image has layers by now.
func (i Image) Unpacked() bool { return i.ID != "" }

// Config says how to run an image. Fields and their JSON are those of the
// "config" object in the OCI image-spec, config.md; that module's own type is
// not used because its package compiles regular expressions whenever the
// program starts (0.12 ms).
type Config struct {
	User         string
	ExposedPorts map[string]struct{}
	Env          []string
	Entrypoint   []string
	Cmd          []string
	Volumes      map[string]struct{}
	WorkingDir   string
	Labels       map[string]string
	StopSignal   string
}

// Members implements members.Object.
func (c *Config) Members(list *members.List) {
	list.Given("User", &c.User)
	list.Given("ExposedPorts", &c.ExposedPorts)
	list.Given("Env", &c.Env)
	list.Given("Entrypoint", &c.Entrypoint)
	list.Given("Cmd", &c.Cmd)
	list.Given("Volumes", &c.Volumes)
	list.Given("WorkingDir", &c.WorkingDir)
	list.Given("Labels", &c.Labels)
	list.Given("StopSignal", &c.StopSignal)
}

// MarshalJSON implements json.Marshaler, by which images are shown.
func (c Config) MarshalJSON() ([]byte, error) { return members.MarshalReadable(&c) }

// rootfsConfig is the config of an image made of a bare root file system. An
// archive says nothing about what to run, and "docker import" leaves it at
// that. Here it is a shell: "mydocker run -it NAME" then does what people
// expect of it, and a command on the command line replaces it anyway.
func rootfsConfig() Config { return Config{Cmd: []string{"/bin/sh"}} }

// identity is what the ID of an image is the hash of, as JSON: two images that
// differ in any of it are two images.
type identity struct {
	Created      time.Time
	Architecture string
	Config       Config
	Layers       []string
}

// Members implements members.Object.
func (i *identity) Members(list *members.List) {
	list.Always("created", &i.Created)
	list.Always("architecture", &i.Architecture)
	list.Always("config", &i.Config)
	list.Always("layers", &i.Layers)
}

// idOf gives the ID of an image with these layers, by their IDs.
func idOf(created time.Time, config Config, layers []string) (string, error) {
	data, err := members.MarshalCompact(&identity{created, runtime.GOARCH, config, layers})
	if err != nil {
		return "", fmt.Errorf("making an image ID: %w", err)
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}
