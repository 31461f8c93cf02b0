package fs2

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strings"

	"mydocker/cgroups"
	"mydocker/resource"
)

// Version 2 has no devices controller: a BPF program, attached to the cgroup,
// answers whenever a device is opened or a node is made. It goes with the
// cgroup.

// devices gives the policy, if this hierarchy has to hold one.
func (m *Manager) devices() (policy cgroups.DevicePolicy, ruled bool, err error) {
	if !m.hierarchy.Has(cgroups.Devices) {
		return policy, false, nil
	}
	return cgroups.DeviceLimits(m.limits)
}

// ruleDevices attaches the program, unless it is there already.
func (m *Manager) ruleDevices() error {
	policy, ruled, err := m.devices()
	if err != nil || !ruled {
		return err
	}
	directory, err := m.OpenDirectory()
	if err != nil {
		return err
	}
	defer directory.Close()
	if attached, err := isAttached(directory, programName(policy)); err != nil || attached {
		return m.explainDevices(err)
	}
	return m.explainDevices(attach(directory, programName(policy), deviceProgram(policy)))
}

func (m *Manager) explainDevices(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("ruling the devices of cgroup %q: %w", m.Location(), err)
}

// programName tells programs for different policies apart. The kernel takes 15
// characters.
func programName(policy cgroups.DevicePolicy) string {
	sum := sha256.Sum256([]byte(describe(policy)))
	return "mydocker_" + hex.EncodeToString(sum[:3])
}

// describe lists what a policy comes to, for people.
func describe(policy cgroups.DevicePolicy) string {
	words := "only these devices:"
	if policy.Allow {
		words = "all devices but these:"
	}
	for _, rule := range policy.Exceptions {
		words += " " + rule.String() + ","
	}
	return strings.TrimRight(words, ",:")
}

func (m *Manager) checkDevices() (resource.Status, error) {
	policy, ruled, err := m.devices()
	if err != nil || !ruled {
		return resource.Status{State: resource.Present}, err
	}
	directory, err := os.Open(m.Location())
	if err != nil {
		return resource.Status{}, err
	}
	defer directory.Close()
	attached, err := isAttached(directory, programName(policy))
	if err != nil || attached {
		return resource.Status{State: resource.Present}, m.explainDevices(err)
	}
	return resource.Status{State: resource.Altered, Detail: fmt.Sprintf("BPF program %q, which allows %s, is not attached to %q",
		programName(policy), describe(policy), m.Location())}, nil
}

// deviceSteps can only say what is done: no shell writes BPF.
func (m *Manager) deviceSteps() []string {
	policy, ruled, err := m.devices()
	if err != nil || !ruled {
		return nil
	}
	return []string{fmt.Sprintf("# a BPF program, bpftool cgroup show %s lists it as %s, allows %s",
		m.Location(), programName(policy), describe(policy))}
}
