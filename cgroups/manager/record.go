package manager

import (
	"github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/cgroups"
	"mydocker/internal/instance"
	"mydocker/internal/members"
)

// recorded is a Cgroup as state files hold it: with one line for each device rule,
// for which the runtime-spec has six. Earlier files have the rules among the limits.
type recorded struct {
	Path     string
	Limits   *specs.LinuxResources
	Devices  []string
	Instance instance.Mark
}

// Members implements members.Object.
func (r *recorded) Members(list *members.List) {
	list.Always("path", &r.Path)
	list.Given("limits", members.Foreign(&r.Limits, cgroups.Members))
	list.Given("devices", &r.Devices)
	list.Given("instance", (*string)(&r.Instance))
}

// MarshalJSON implements json.Marshaler.
func (c *Cgroup) MarshalJSON() ([]byte, error) {
	written := recorded{Path: c.Path, Instance: c.Instance}
	if c.Limits != nil {
		limits := *c.Limits
		for _, rule := range limits.Devices {
			written.Devices = append(written.Devices, cgroups.RuleText(rule))
		}
		limits.Devices, written.Limits = nil, &limits
	}
	return members.MarshalCompact(&written)
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *Cgroup) UnmarshalJSON(text []byte) error {
	var read recorded
	if err := members.Unmarshal(text, &read); err != nil {
		return err
	}
	c.Path, c.Limits, c.Instance = read.Path, read.Limits, read.Instance
	if c.Limits == nil && len(read.Devices) > 0 {
		c.Limits = &specs.LinuxResources{}
	}
	for _, line := range read.Devices {
		rule, err := cgroups.ReadRule(line)
		if err != nil {
			return err
		}
		c.Limits.Devices = append(c.Limits.Devices, rule)
	}
	return nil
}
