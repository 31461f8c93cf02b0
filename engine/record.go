package engine

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"time"

	specs "github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/cgroups"
	"mydocker/internal/members"
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
	Version  int
	ID       string
	Name     string
	Created  time.Time
	Image    ImageReference
	Process  Process
	Hostname string
	Labels   map[string]string
	Mounts   []specs.Mount
	ReadOnly bool
	UserNS   *UserNS // nil: the host's
	Limits   *specs.LinuxResources
	Sysctls  map[string]string

	Security Security
	AppArmor string   // the profile of the last run
	Devices  []Device // as they were at the last run

	Network string
	Publish []network.PortMapping // as the user wants them
	Ports   []network.PortMapping // as they are, of the last run
	Address netip.Addr            // of the last run

	Detached   bool // nobody's terminal or pipes keep it alive
	AutoRemove bool // it is removed when it ends

	Storage resource.Journal // until the container is removed
	Runtime resource.Journal // until it ends

	Started time.Time
	BootID  string // of the boot in which it was started
	Exit    *Exit

	lost bool // there is no record any more: this says what is known all the same
}

// Members implements members.Object.
func (r *Record) Members(list *members.List) {
	list.Always("version", &r.Version)
	list.Always("id", &r.ID)
	list.Always("name", &r.Name)
	list.Always("created", &r.Created)
	list.Always("image", &r.Image)
	list.Always("process", &r.Process)
	list.Always("hostname", &r.Hostname)
	list.Given("labels", &r.Labels)
	list.Given("mounts", &r.Mounts)
	list.Given("readOnly", &r.ReadOnly)
	list.Given("userns", members.Pointer(&r.UserNS))
	list.Given("limits", members.Foreign(&r.Limits, cgroups.Members))
	list.Given("sysctls", &r.Sysctls)
	list.Given("security", &r.Security)
	list.Given("appArmor", &r.AppArmor)
	list.Given("devices", &r.Devices)
	list.Given("network", &r.Network)
	list.Given("publish", members.Array(&r.Publish))
	list.Given("ports", members.Array(&r.Ports))
	list.Given("address", &r.Address)
	list.Always("detached", &r.Detached)
	list.Always("autoRemove", &r.AutoRemove)
	list.Always("storage", &r.Storage)
	list.Always("runtime", &r.Runtime)
	list.Given("started", &r.Started)
	list.Given("bootId", &r.BootID)
	list.Given("exit", members.Pointer(&r.Exit))
}

// ImageReference says what image a container was made from. Layers are
// directories, the top one first.
type ImageReference struct {
	Name     string // as the user wrote it
	FullName string // with its tag
	ID       string
	Layers   []string
}

// top is the uppermost layer, "" where none is known.
func (i *ImageReference) top() string {
	if len(i.Layers) == 0 {
		return ""
	}
	return i.Layers[0]
}

// Members implements members.Object.
func (i *ImageReference) Members(list *members.List) {
	list.Always("name", &i.Name)
	list.Always("fullName", &i.FullName)
	list.Always("id", &i.ID)
	list.Always("layers", &i.Layers)
}

// Process is the program of a container, with the image's defaults filled in.
type Process struct {
	Args       []string
	Env        []string
	User       string
	Cwd        string
	Terminal   bool
	Stdin      bool // somebody may write to it
	Init       bool
	StopSignal string
	Rlimits    []specs.POSIXRlimit
}

// Members implements members.Object.
func (p *Process) Members(list *members.List) {
	list.Always("args", &p.Args)
	list.Always("env", &p.Env)
	list.Given("user", &p.User)
	list.Always("cwd", &p.Cwd)
	list.Given("terminal", &p.Terminal)
	list.Given("stdin", &p.Stdin)
	list.Given("init", &p.Init)
	list.Given("stopSignal", &p.StopSignal)
	list.Given("rlimits", &p.Rlimits)
}

// Exit says how the container's last run ended.
type Exit struct {
	Code   int
	OOM    bool
	At     time.Time
	Reason string
}

// Members implements members.Object.
func (e *Exit) Members(list *members.List) {
	list.Always("code", &e.Code)
	list.Given("oom", &e.OOM)
	list.Always("at", &e.At)
	list.Given("reason", &e.Reason)
}

func (e *Engine) recordPath(id string) string { return e.Layout.Container(id) + "/container.json" }

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
	return e.readRecord(id, &record, &record)
}

// outline is glance for what a listing shows.
func (e *Engine) outline(id string) (*Record, error) {
	var read outline
	return e.readRecord(id, &read, &read.Record)
}

// readRecord reads a record into what holds it.
func (e *Engine) readRecord(id string, holder members.Object, record *Record) (*Record, error) {
	if err := state.Read(e.recordPath(id), holder); err != nil {
		return nil, err
	}
	if record.ID != id {
		return nil, &state.CorruptError{Path: e.recordPath(id), Cause: fmt.Errorf("the ID in it is %q", record.ID)}
	}
	if err := record.check(); err != nil {
		return nil, &state.CorruptError{Path: e.recordPath(id), Cause: err}
	}
	return record, nil
}

func (e *Engine) save(record *Record) error {
	record.Version = recordVersion
	return state.Write(e.recordPath(record.ID), record, state.Quick)
}

func (r *Record) storage() (resource.Set, error) { return r.Storage.Decode(blank) }
func (r *Record) runtime() (resource.Set, error) { return r.Runtime.Decode(blank) }
