package engine

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"mydocker/network"
	"mydocker/state"
)

// NetworkOptions are what a user says of a new network.
type NetworkOptions struct {
	Name   string
	Driver string // "": bridge
	Subnet string // CIDR; "": the first free one
}

// CreateNetwork makes a network, or nothing at all. The disk takes its record while the
// host is looked at and changed.
func (e *Engine) CreateNetwork(options NetworkOptions) error {
	letGo, err := e.reserveNetwork(options.Name)
	defer letGo()
	if err != nil {
		return err
	}
	created, err := e.composeNetwork(options)
	if err != nil {
		return err
	}
	record := state.Stage(e.networkPath(created.Name), recordNetwork(created))
	if err := e.claimNetwork(created, options); err != nil {
		return errors.Join(err, record.Drop())
	}
	return e.establish(created, record)
}

// reserveNetwork takes the locks that keep a name and all subnets for this command, and
// removes what a dead one left of a network of that name. letGo is to be called in any
// case.
func (e *Engine) reserveNetwork(name string) (letGo func(), err error) {
	var subnets, own *state.Lock
	letGo = func() {
		own.Release()
		subnets.Release()
	}
	if err := network.ValidateName(name); err != nil {
		return letGo, err
	}
	if subnets, err = e.lockSubnets(); err != nil {
		return letGo, err
	}
	if own, err = e.lockNetwork(name); err != nil {
		return letGo, err
	}
	return letGo, e.clearNetwork(name)
}

// lockSubnets keeps two commands from choosing overlapping subnets. It is
// taken before the lock of any one network.
func (e *Engine) lockSubnets() (*state.Lock, error) { return e.lockNetwork(".subnets") }

// composeNetwork refuses what is wrong without a look at the host, unless that has to
// tell which subnet is free. It changes nothing.
func (e *Engine) composeNetwork(options NetworkOptions) (*network.Network, error) {
	if err := e.checkNetworkName(options.Name); err != nil {
		return nil, err
	}
	driver := first(options.Driver, network.BridgeDriver)
	if err := network.ValidateDriver(driver); err != nil {
		return nil, err
	}
	subnet, gateway, err := e.chooseSubnet(options.Subnet)
	if err != nil {
		return nil, err
	}
	return &network.Network{
		Name: options.Name, Driver: driver, Subnet: subnet, Gateway: gateway, Created: time.Now(),
	}, nil
}

func (e *Engine) checkNetworkName(name string) error {
	if err := network.ValidateName(name); err != nil {
		return err
	}
	if state.Exists(e.networkPath(name)) {
		return fmt.Errorf("creating network %q: it exists; choose another name or remove it with \"mydocker network remove %s\"", name, name)
	}
	return nil
}

func (e *Engine) chooseSubnet(wanted string) (netip.Prefix, netip.Addr, error) {
	if wanted != "" {
		return network.ParseSubnet(wanted)
	}
	known, err := e.Networks()
	if err != nil {
		return netip.Prefix{}, netip.Addr{}, err
	}
	return network.FirstFree(known)
}

// checkNetwork refuses a network that something on the host stands against. A subnet
// that was chosen here is free.
func (e *Engine) checkNetwork(created *network.Network, options NetworkOptions) error {
	if err := network.CheckInterface(created.Name); err != nil || options.Subnet == "" {
		return err
	}
	known, err := e.Networks()
	if err != nil {
		return err
	}
	return network.CheckOverlap(created.Subnet, known)
}

// claimNetwork refuses what the host stands against, and marks what is being made.
func (e *Engine) claimNetwork(created *network.Network, options NetworkOptions) error {
	if err := e.checkNetwork(created, options); err != nil {
		return err
	}
	return claim(e.networkMark(created.Name), Creating, created)
}

// establish makes a network; on an error nothing stays.
func (e *Engine) establish(created *network.Network, record *state.Staged) error {
	err := e.realize(created, record)
	if err == nil {
		err = e.unmark(created.Name)
	}
	if err != nil {
		return errors.Join(err, e.dissolve(created.Name))
	}
	return nil
}

// realize makes what a network is on the host while its record takes its place. Until it
// has, the mark tells what there may be.
func (e *Engine) realize(created *network.Network, record *state.Staged) error {
	recorded := make(chan error, 1)
	go func() { recorded <- record.Commit() }()
	err := e.networkResources(created).Create(e.observer())
	return errors.Join(err, <-recorded)
}
