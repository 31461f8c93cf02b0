package engine

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	specs "github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/image"
	"mydocker/network"
)

// Inspection is all that is known of a container, in docker's words where
// docker has them.
type Inspection struct {
	ID              string `json:"Id"`
	Name            string
	Created         time.Time
	Path            string
	Args            []string
	State           StateInspection
	Image           string // ID
	LogPath         string
	Mounts          []specs.Mount
	Config          ConfigInspection
	HostConfig      HostInspection
	NetworkSettings NetworkSettings
}

// StateInspection is what the container is doing or how it ended.
type StateInspection struct {
	Status     string
	Running    bool
	OOMKilled  bool
	Pid        int
	ExitCode   int
	Error      string
	StartedAt  time.Time
	FinishedAt time.Time
}

// ConfigInspection is what runs in the container.
type ConfigInspection struct {
	Hostname   string
	User       string
	Env        []string
	Cmd        []string
	Image      string // name
	WorkingDir string
	Labels     map[string]string
	Tty        bool
	OpenStdin  bool
	StopSignal string
}

// HostInspection is what the host gives the container.
type HostInspection struct {
	NetworkMode    string
	UsernsMode     string
	IDMappings     *IDMappings `json:",omitempty"`
	AutoRemove     bool
	ReadonlyRootfs bool
	Init           bool
	Resources      *specs.LinuxResources
	Ulimits        []specs.POSIXRlimit
	Sysctls        map[string]string

	Privileged        bool
	CapAdd, CapDrop   []string
	SecurityOpt       []string // as on the command line; a seccomp profile is its text
	Devices           []Device
	DeviceCgroupRules []specs.LinuxDeviceCgroup

	CgroupPath string
	LowerDirs  []string
	UpperDir   string
}

// IDMappings say which IDs of the host those of the container are, each as
// CONTAINER:HOST:SIZE, in podman's words.
type IDMappings struct {
	UidMap, GidMap []string
}

// NetworkSettings are the container's place on its network.
type NetworkSettings struct {
	Network     string
	IPAddress   string
	IPPrefixLen int
	Gateway     string
	MacAddress  string
	Ports       []string
}

// Inspect takes a name for a container's, then a network's, then an image's.
func (e *Engine) Inspect(name string) (any, error) {
	found, err := e.InspectContainer(name)
	if !errors.As(err, new(*NotFoundError)) {
		return found, err
	}
	joined, err := e.InspectNetwork(name)
	if !errors.As(err, new(*NotFoundError)) {
		return joined, err
	}
	picture, err := e.Images.Get(name)
	if errors.As(err, new(*image.NotFoundError)) || errors.As(err, new(*image.ReferenceError)) {
		return nil, fmt.Errorf("inspecting %q: there is no container, network or image of that name", name)
	}
	return picture, err
}

// InspectContainer tells all about one container.
func (e *Engine) InspectContainer(reference string) (*Inspection, error) {
	found, err := e.Container(reference)
	if err != nil {
		return nil, err
	}
	record := found.Record
	return &Inspection{
		ID: record.ID, Name: record.Name, Created: record.Created,
		Path: record.Process.Args[0], Args: record.Process.Args[1:],
		State: stateOf(found), Image: record.Image.ID, LogPath: e.logPath(record.ID),
		Mounts: record.Mounts, Config: configOf(record), HostConfig: e.hostConfigOf(record),
		NetworkSettings: e.networkSettings(found),
	}, nil
}

func stateOf(found Container) StateInspection {
	state := StateInspection{
		Status: string(found.State), Running: found.State == Up, Pid: found.PID,
		StartedAt: found.Record.Started,
	}
	if found.State != Exited {
		return state
	}
	exit := found.Record.Exit
	if exit == nil {
		exit = &Exit{Code: exitUnknown}
	}
	state.ExitCode, state.OOMKilled, state.FinishedAt, state.Error = exit.Code, exit.OOM, exit.At, exit.Reason
	return state
}

func configOf(record *Record) ConfigInspection {
	program := record.Process
	return ConfigInspection{
		Hostname: record.Hostname, User: program.User, Env: program.Env, Cmd: program.Args,
		Image: record.Image.Name, WorkingDir: program.Cwd, Labels: record.Labels,
		Tty: program.Terminal, OpenStdin: program.Stdin, StopSignal: program.StopSignal,
	}
}

func (e *Engine) hostConfigOf(record *Record) HostInspection {
	mode := record.Network
	if mode == "" {
		mode = "none"
	}
	security := record.Security
	return HostInspection{
		Sysctls: record.Sysctls, Privileged: security.Privileged, CapAdd: security.CapAdd, CapDrop: security.CapDrop,
		SecurityOpt: security.words(), Devices: record.Devices, DeviceCgroupRules: security.DeviceRules,
		NetworkMode: mode, UsernsMode: record.UserNS.mode(), IDMappings: record.UserNS.inspect(), AutoRemove: record.AutoRemove, ReadonlyRootfs: record.ReadOnly,
		Init: record.Process.Init, Resources: record.Limits, Ulimits: record.Process.Rlimits,
		CgroupPath: e.cgroup(record).Path, LowerDirs: record.Image.Layers,
		UpperDir: e.upper(record).Directory,
	}
}

func (e *Engine) networkSettings(found Container) NetworkSettings {
	settings := NetworkSettings{Network: found.Record.Network, Ports: []string{}}
	if found.State != Up || found.Record.Network == "" {
		return settings
	}
	for _, port := range found.Record.Ports {
		settings.Ports = append(settings.Ports, port.String())
	}
	settings.IPAddress = found.IP()
	settings.MacAddress = network.MACOf(found.Record.Address).String()
	if joined, err := e.Network(found.Record.Network); err == nil {
		settings.IPPrefixLen = joined.Subnet.Bits()
		settings.Gateway = joined.Gateway.String()
	}
	return settings
}

// NetworkInspection is all that is known of a network.
type NetworkInspection struct {
	Name       string
	Driver     string
	Created    time.Time
	Subnet     netip.Prefix
	Gateway    netip.Addr
	Containers map[string]NetworkMember // by ID, the running ones
}

// NetworkMember is a container on a network.
type NetworkMember struct {
	Name, IPv4Address, MacAddress string
}

// InspectNetwork tells all about one network. A container whose record cannot be
// read is on none; ps and doctor tell of it.
func (e *Engine) InspectNetwork(name string) (*NetworkInspection, error) {
	joined, err := e.Network(name)
	if err != nil {
		return nil, err
	}
	containers, _ := e.List()
	members := map[string]NetworkMember{}
	for _, found := range containers {
		if found.Record.Network == name && found.State == Up {
			members[found.Record.ID] = NetworkMember{
				Name:        found.Record.Name,
				IPv4Address: netip.PrefixFrom(found.Record.Address, joined.Subnet.Bits()).String(),
				MacAddress:  network.MACOf(found.Record.Address).String(),
			}
		}
	}
	return &NetworkInspection{
		Name: joined.Name, Driver: joined.Driver, Created: joined.Created,
		Subnet: joined.Subnet, Gateway: joined.Gateway, Containers: members,
	}, nil
}
