package apparmor

import (
	"fmt"

	"mydocker/internal/shell"
	"mydocker/resource"
)

// Kind is how state files name the resource.
const Kind = "apparmor"

// Profile is the default profile in the kernel. Like a kernel module it is the
// whole host's: it is loaded on demand and stays.
type Profile struct {
	Name string `json:"name"`
}

var _ resource.Resource = (*Profile)(nil)

// Kind implements resource.Resource.
func (p *Profile) Kind() string { return Kind }

// String implements resource.Resource.
func (p *Profile) String() string { return fmt.Sprintf("AppArmor profile %q", p.Name) }

// Create implements resource.Resource.
func (p *Profile) Create() error { return Load() }

// Remove implements resource.Resource. Other containers may run under it.
func (p *Profile) Remove() error { return nil }

// Check implements resource.Resource.
func (p *Profile) Check() (resource.Status, error) {
	loaded, err := Loaded(p.Name)
	if err != nil || loaded {
		return resource.Status{State: resource.Present}, err
	}
	return resource.Status{State: resource.Absent}, nil
}

// Explain implements resource.Resource. The profile's text is docker's.
func (p *Profile) Explain() resource.Steps {
	return resource.Steps{
		Create: []string{fmt.Sprintf("grep -q %s /sys/kernel/security/apparmor/profiles || echo 'load docker'\\''s default profile under the name %s, with apparmor_parser -Kr' >&2", shell.Quote("^"+p.Name+" "), p.Name)},
		Remove: []string{fmt.Sprintf("# AppArmor profile %s stays loaded; apparmor_parser -R removes it", p.Name)},
	}
}
