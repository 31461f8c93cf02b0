package manager

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/cgroups"
	"mydocker/internal/instance"
)

// recorded is a Cgroup as state files hold it: with one line for each device rule,
// for which the runtime-spec has six. Earlier files have the rules among the limits.
type recorded struct {
	Path     string                `json:"path"`
	Limits   *specs.LinuxResources `json:"limits,omitempty"`
	Devices  []string              `json:"devices,omitempty"`
	Instance instance.Mark         `json:"instance,omitempty"`
}

// MarshalJSONTo implements json.MarshalerTo.
func (c *Cgroup) MarshalJSONTo(encoder *jsontext.Encoder) error {
	written := recorded{Path: c.Path, Instance: c.Instance}
	if c.Limits != nil {
		limits := *c.Limits
		for _, rule := range limits.Devices {
			written.Devices = append(written.Devices, cgroups.RuleText(rule))
		}
		limits.Devices, written.Limits = nil, &limits
	}
	return json.MarshalEncode(encoder, &written)
}

// UnmarshalJSONFrom implements json.UnmarshalerFrom.
func (c *Cgroup) UnmarshalJSONFrom(decoder *jsontext.Decoder) error {
	var read recorded
	if err := json.UnmarshalDecode(decoder, &read); err != nil {
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
