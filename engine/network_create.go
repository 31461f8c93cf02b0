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

// CreateNetwork makes a network, or nothing at all.
func (e *Engine) CreateNetwork(options NetworkOptions) error {
	lock, err := e.lockSubnets()
	if err != nil {
		return err
	}
	defer lock.Release()
	if err := e.clearNetwork(options.Name); err != nil {
		return err
	}
	created, err := e.composeNetwork(options)
	if err != nil {
		return err
	}
	own, err := e.lockNetwork(created.Name)
	if err != nil {
		return err
	}
	defer own.Release()
	return e.establish(created)
}

// lockSubnets keeps two commands from choosing overlapping subnets. It is
// taken before the lock of any one network.
func (e *Engine) lockSubnets() (*state.Lock, error) { return e.lockNetwork(".subnets") }

// composeNetwork refuses all that can be refused and changes nothing.
func (e *Engine) composeNetwork(options NetworkOptions) (*network.Network, error) {
	if err := e.checkNetworkName(options.Name); err != nil {
		return nil, err
	}
	driver := first(options.Driver, network.BridgeDriver)
	if err := network.ValidateDriver(driver); err != nil {
		return nil, err
	}
	known, err := e.Networks()
	if err != nil {
		return nil, err
	}
	subnet, gateway, err := chooseSubnet(options.Subnet, known)
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
	return network.CheckInterface(name)
}

func chooseSubnet(wanted string, known []network.Network) (netip.Prefix, netip.Addr, error) {
	if wanted == "" {
		return network.FirstFree(known)
	}
	subnet, gateway, err := network.ParseSubnet(wanted)
	if err != nil {
		return subnet, gateway, err
	}
	return subnet, gateway, network.CheckOverlap(subnet, known)
}

// establish records a network and makes it; on an error nothing stays.
func (e *Engine) establish(created *network.Network) error {
	if err := claim(e.networkMark(created.Name), Creating, created); err != nil {
		return err
	}
	err := e.realize(created)
	if err == nil {
		err = e.unmark(created.Name)
	}
	if err != nil {
		return errors.Join(err, e.dissolve(created.Name))
	}
	return nil
}

// realize makes what a network is on the host, while the disk takes its record. Until it
// has, the mark tells what there may be.
func (e *Engine) realize(created *network.Network) error {
	recorded := make(chan error, 1)
	go func() { recorded <- e.saveNetwork(created) }()
	err := e.networkResources(created).Create(e.observer())
	return errors.Join(err, <-recorded)
}
