package fs

import (
	"fmt"
	"slices"
	"strings"

	"mydocker/cgroups"
	"mydocker/cgroups/cgroupfs"
	"mydocker/resource"
)

// The files of the devices controller: a line that is written to one of the
// first two changes what the third one lists.
const (
	denyFile  = "devices.deny"
	allowFile = "devices.allow"
	listFile  = "devices.list"
)

// devices gives the policy, if this hierarchy has to hold one.
func (m *Manager) devices() (policy cgroups.DevicePolicy, ruled bool, err error) {
	if !m.hierarchy.Has(cgroups.Devices) {
		return policy, false, nil
	}
	return cgroups.DeviceLimits(m.limits)
}

// ruleDevices writes the policy down: first for all devices, which also forgets
// what was there, then the exceptions. Nobody is in the cgroup yet.
func (m *Manager) ruleDevices() error {
	policy, ruled, err := m.devices()
	if err != nil || !ruled {
		return err
	}
	first, then := files(policy)
	if err := cgroupfs.Write(m.Location(), first, "a"); err != nil {
		return err
	}
	return cgroupfs.WriteEach(m.Location(), then, lines(policy))
}

// files gives the one for all devices and the one for the exceptions.
func files(policy cgroups.DevicePolicy) (first, then string) {
	if policy.Allow {
		return allowFile, denyFile
	}
	return denyFile, allowFile
}

func lines(policy cgroups.DevicePolicy) []string {
	lines := make([]string, len(policy.Exceptions))
	for i, rule := range policy.Exceptions {
		lines[i] = rule.String()
	}
	return lines
}

// checkDevices compares with the kernel's list, which has the exceptions where
// all is denied. Where all is allowed, it says no more than that.
func (m *Manager) checkDevices() (resource.Status, error) {
	policy, ruled, err := m.devices()
	if err != nil || !ruled {
		return resource.Status{State: resource.Present}, err
	}
	found, err := cgroupfs.Read(m.Location(), listFile)
	if err != nil {
		return resource.Status{}, err
	}
	want := lines(policy)
	if policy.Allow {
		want = []string{"a *:* rwm"}
	}
	have := strings.Split(found, "\n")
	slices.Sort(want)
	slices.Sort(have)
	if slices.Equal(want, have) {
		return resource.Status{State: resource.Present}, nil
	}
	return resource.Status{State: resource.Altered, Detail: fmt.Sprintf("file %q holds %q, recorded is %q",
		m.Location()+"/"+listFile, strings.Join(have, ", "), strings.Join(want, ", "))}, nil
}

func (m *Manager) deviceSteps() []string {
	policy, ruled, err := m.devices()
	if err != nil || !ruled {
		return nil
	}
	first, then := files(policy)
	steps := []string{cgroupfs.Echo("a", m.Location(), first)}
	for _, line := range lines(policy) {
		steps = append(steps, cgroupfs.Echo(`"`+line+`"`, m.Location(), then))
	}
	return steps
}
