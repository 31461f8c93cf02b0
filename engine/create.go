package engine

import (
	"fmt"
	"os"
	"time"

	specs "github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/cgroups"
	"mydocker/cgroups/manager"
	"mydocker/image"
	"mydocker/network"
	"mydocker/overlay"
)

// RunOptions are what a user says of a new container.
type RunOptions struct {
	Image      string
	Args       []string // after the image's name
	Name       string   // "": the ID is the name
	Entrypoint *string  // nil: the image's
	Env        []string // KEY=VALUE
	User       string
	WorkingDir string
	Hostname   string
	Labels     map[string]string

	Terminal bool // -t
	Stdin    bool // -i
	Init     bool
	Detached bool

	Network  string // "" and "none": only lo
	Ports    []network.PortMapping
	Mounts   []specs.Mount
	ReadOnly bool
	UserNS   uint32 // how many IDs of its own; 0: the host's user namespace
	Limits   *specs.LinuxResources
	Rlimits  []specs.POSIXRlimit
	Sysctls  map[string]string
	Security Security

	StopSignal string
	AutoRemove bool
}

// compose makes the record of a new container. It refuses everything that can
// be refused, and changes nothing.
func (e *Engine) compose(options RunOptions) (*Record, error) {
	picture, err := e.Images.Resolve(options.Image)
	if err != nil {
		return nil, err
	}
	if err := e.checkOptions(options); err != nil {
		return nil, err
	}
	program, err := composeProcess(options, picture.Config)
	if err != nil {
		return nil, err
	}
	id, err := e.newID()
	if err != nil {
		return nil, err
	}
	record := &Record{
		Version: recordVersion, ID: id, Name: options.Name, Created: time.Now(),
		Image:   ImageReference{Name: options.Image, FullName: picture.Name, ID: picture.ID, Layers: picture.Layers},
		Process: program, Hostname: options.Hostname, Labels: labels(picture, options.Labels),
		Mounts: options.Mounts, ReadOnly: options.ReadOnly, Limits: limitTasks(options.Limits),
		Sysctls: options.Sysctls, Security: options.Security,
		UserNS:  newUserNS(options.UserNS),
		Network: options.Network, Publish: options.Ports,
		Detached: options.Detached, AutoRemove: options.AutoRemove,
	}
	record.applyDefaults()
	if err := manager.Verify(record.limits()); err != nil {
		return nil, err
	}
	if err := e.planStorage(record); err != nil {
		return nil, err
	}
	if err := overlay.CheckLimit(overlay.Mount(e.layers(record), e.upper(record))); err != nil {
		return nil, err
	}
	return record, e.checkSecurity(record)
}

func (r *Record) applyDefaults() {
	if r.Name == "" {
		r.Name = r.ID
	}
	if r.Hostname == "" {
		r.Hostname = r.ID
	}
	if r.Network == "none" {
		r.Network = ""
	}
	r.Process.Env = environment(r)
}

func labels(picture image.Image, own map[string]string) map[string]string {
	all := map[string]string{}
	for key, value := range picture.Config.Labels {
		all[key] = value
	}
	for key, value := range own {
		all[key] = value
	}
	return all
}

// checkOptions refuses what this host or another container stands against.
func (e *Engine) checkOptions(options RunOptions) error {
	if err := e.checkNameFree(options.Name); err != nil {
		return err
	}
	if err := checkHostname(options.Hostname); err != nil {
		return err
	}
	if (options.Network == "" || options.Network == "none") && len(options.Ports) > 0 {
		return fmt.Errorf("publishing port %s: the container has no network to publish it from; give one with -net NETWORK", options.Ports[0])
	}
	if options.Network != "" && options.Network != "none" {
		if _, err := e.Network(options.Network); err != nil {
			return err
		}
	}
	if err := checkMounts(options.Mounts); err != nil {
		return err
	}
	return e.checkUserNS(newUserNS(options.UserNS), options.Mounts)
}

// defaultTasks is the limit of processes and threads where the user sets none,
// podman's 2048 doubled.
const defaultTasks = 4096

// limitTasks adds the default limit, on a host that can hold it.
func limitTasks(limits *specs.LinuxResources) *specs.LinuxResources {
	if limits == nil {
		limits = &specs.LinuxResources{}
	}
	if limits.Pids == nil && manager.Offers(cgroups.Pids) {
		most := int64(defaultTasks)
		limits.Pids = &specs.LinuxPids{Limit: &most}
	}
	return limits
}

func (e *Engine) checkNameFree(name string) error {
	if name == "" {
		return nil
	}
	if err := checkName(name); err != nil {
		return err
	}
	id, err := os.Readlink((&Name{Directory: e.Layout.Names(), Name: name}).path())
	switch {
	case err == nil:
	case e.exists(name):
		id = name
	default:
		return nil
	}
	return fmt.Errorf("creating name %q: %w", name, nameTaken(name, id))
}
