package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"mydocker/internal/members"
	"mydocker/network"
	"mydocker/resource"
	"mydocker/state"
)

func (e *Engine) networkPath(name string) string {
	return filepath.Join(e.Layout.Networks(), name+".json")
}

// Network reads the record of a network.
func (e *Engine) Network(name string) (*network.Network, error) {
	if name == "" || strings.ContainsAny(name, "/\x00") || strings.HasPrefix(name, ".") {
		return nil, noNetwork(name)
	}
	var found networkRecord
	err := state.Read(e.networkPath(name), &found)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENAMETOOLONG) {
		return nil, noNetwork(name)
	}
	if err == nil {
		if cause := found.check(name); cause != nil {
			err = &state.CorruptError{Path: e.networkPath(name), Cause: cause}
		}
	}
	if err != nil {
		return nil, err
	}
	return &found.Network, nil
}

// networkVersion is the version of the format that this program writes.
const networkVersion = 1

// networkRecord is a network as its file holds it.
type networkRecord struct {
	Version int
	Network network.Network
}

// Members implements members.Object.
func (r *networkRecord) Members(list *members.List) {
	list.Always("version", &r.Version)
	r.Network.Members(list)
}

// FormatVersion implements state.Versioned.
func (r *networkRecord) FormatVersion() (version, known int) { return r.Version, networkVersion }

// check tells whether a record can be worked with.
func (r *networkRecord) check(name string) error {
	if r.Network.Name != name {
		return fmt.Errorf("the name in it is %q", r.Network.Name)
	}
	return r.Network.Validate()
}

func (e *Engine) saveNetwork(n *network.Network) error {
	return state.Write(e.networkPath(n.Name), recordNetwork(n), state.Durable)
}

func recordNetwork(n *network.Network) *networkRecord {
	return &networkRecord{Version: networkVersion, Network: *n}
}

// isMode tells whether docker takes a network's name for something else.
func isMode(name string) bool {
	return name == "host" || name == "bridge" || name == "default" || strings.HasPrefix(name, "container:")
}

func noNetwork(name string) error {
	if isMode(name) {
		return &NotFoundError{What: "network", Name: name, Remedy: `no container shares another's network or the host's; ` +
			`"mydocker network create" makes a network, -p publishes its ports on the host`}
	}
	return &NotFoundError{What: "network", Name: name, Remedy: `"mydocker network list" lists them, "mydocker network create" makes one`}
}

// Networks lists all networks by name. Records that cannot be read are named
// in the error; the others are given all the same.
func (e *Engine) Networks() ([]network.Network, error) {
	files, err := listDirectory(e.Layout.Networks())
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var networks []network.Network
	var broken []error
	for _, file := range files {
		name, isRecord := strings.CutSuffix(file, ".json")
		if !isRecord {
			continue
		}
		if found, err := e.Network(name); err == nil {
			networks = append(networks, *found)
		} else if !errors.As(err, new(*NotFoundError)) {
			broken = append(broken, err)
		}
	}
	return networks, errors.Join(broken...)
}

// ready gives a network whose bridge and rules are in place. After a reboot,
// or when somebody removed them, they are made again. The caller holds the
// network's lock.
func (e *Engine) ready(name string) (*network.Network, error) {
	joined, err := e.Network(name)
	if err != nil {
		return nil, err
	}
	pool, err := e.pool(joined).Check()
	if err != nil {
		return nil, err
	}
	if err := e.networkResources(joined).Create(e.observer()); err != nil {
		return nil, err
	}
	if pool.State == resource.Absent {
		err = e.leaseAgain(joined)
	}
	return joined, err
}

// leaseAgain puts leases back that somebody has deleted together with the pool:
// nobody else shall get the address of a container that runs.
func (e *Engine) leaseAgain(joined *network.Network) error {
	containers, _ := e.List() // those that cannot be read have their say elsewhere
	var leases resource.Set
	for _, container := range containers {
		record := container.Record
		if container.State != Exited && record.Network == joined.Name && record.Address.IsValid() {
			leases = append(leases, e.lease(record, joined))
		}
	}
	return leases.Create(e.observer())
}
