package engine

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"time"

	specs "github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/network"
	"mydocker/resource"
	"mydocker/state"
)

// recordVersion is the version of the format that this program writes. Since 2 the
// device rules of a cgroup are lines of text, which earlier programs would pass over.
const recordVersion = 2

// Record is what is known of a container for as long as it exists. It is on
// disk before the first effect and is the last thing removed.
type Record struct {
	Version  int                   `json:"version"`
	ID       string                `json:"id"`
	Name     string                `json:"name"`
	Created  time.Time             `json:"created"`
	Image    ImageReference        `json:"image"`
	Process  Process               `json:"process"`
	Hostname string                `json:"hostname"`
	Labels   map[string]string     `json:"labels,omitempty"`
	Mounts   []specs.Mount         `json:"mounts,omitempty"`
	ReadOnly bool                  `json:"readOnly,omitempty"`
	UserNS   *UserNS               `json:"userns,omitempty"` // nil: the host's
	Limits   *specs.LinuxResources `json:"limits,omitempty"`
	Sysctls  map[string]string     `json:"sysctls,omitempty"`

	Security Security `json:"security,omitzero"`
	AppArmor string   `json:"appArmor,omitempty"` // the profile of the last run
	Devices  []Device `json:"devices,omitempty"`  // as they were at the last run

	Network string                `json:"network,omitempty"`
	Publish []network.PortMapping `json:"publish,omitempty"` // as the user wants them
	Ports   []network.PortMapping `json:"ports,omitempty"`   // as they are, of the last run
	Address netip.Addr            `json:"address,omitzero"`  // of the last run

	Detached   bool `json:"detached"`   // nobody's terminal or pipes keep it alive
	AutoRemove bool `json:"autoRemove"` // it is removed when it ends

	Storage resource.Journal `json:"storage"` // until the container is removed
	Runtime resource.Journal `json:"runtime"` // until it ends

	Started time.Time `json:"started,omitzero"`
	BootID  string    `json:"bootId,omitempty"` // of the boot in which it was started
	Exit    *Exit     `json:"exit,omitempty"`

	lost bool // there is no record any more: this says what is known all the same
}

// ImageReference says what image a container was made from. Layers are
// directories, the top one first.
type ImageReference struct {
	Name     string   `json:"name"`     // as the user wrote it
	FullName string   `json:"fullName"` // with its tag
	ID       string   `json:"id"`
	Layers   []string `json:"layers"`
}

// Process is the program of a container, with the image's defaults filled in.
type Process struct {
	Args       []string            `json:"args"`
	Env        []string            `json:"env"`
	User       string              `json:"user,omitempty"`
	Cwd        string              `json:"cwd"`
	Terminal   bool                `json:"terminal,omitempty"`
	Stdin      bool                `json:"stdin,omitempty"` // somebody may write to it
	Init       bool                `json:"init,omitempty"`
	StopSignal string              `json:"stopSignal,omitempty"`
	Rlimits    []specs.POSIXRlimit `json:"rlimits,omitempty"`
}

// Exit says how the container's last run ended.
type Exit struct {
	Code   int       `json:"code"`
	OOM    bool      `json:"oom,omitempty"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason,omitempty"`
}

func (e *Engine) recordPath(id string) string {
	return filepath.Join(e.Layout.Container(id), "container.json")
}

func (e *Engine) logPath(id string) string {
	return filepath.Join(e.Layout.Container(id), "container.log")
}

// FormatVersion implements state.Versioned.
func (r *Record) FormatVersion() (version, known int) { return r.Version, recordVersion }

// load reads the record of the container with the given whole ID.
func (e *Engine) load(id string) (*Record, error) {
	record, err := e.glance(id)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(record.Storage.Check(), record.Runtime.Check()); err != nil {
		return nil, &state.CorruptError{Path: e.recordPath(id), Cause: err}
	}
	return record, nil
}

// glance is load for a listing: it does not look whether the journals can be read.
func (e *Engine) glance(id string) (*Record, error) {
	var record Record
	if err := state.Read(e.recordPath(id), &record); err != nil {
		return nil, err
	}
	if record.ID != id {
		return nil, &state.CorruptError{Path: e.recordPath(id), Cause: fmt.Errorf("the ID in it is %q", record.ID)}
	}
	if err := record.check(); err != nil {
		return nil, &state.CorruptError{Path: e.recordPath(id), Cause: err}
	}
	return &record, nil
}

func (e *Engine) save(record *Record) error {
	record.Version = recordVersion
	return state.Write(e.recordPath(record.ID), record, state.Quick)
}

func (r *Record) storage() (resource.Set, error) { return r.Storage.Decode(blank) }
func (r *Record) runtime() (resource.Set, error) { return r.Runtime.Decode(blank) }
