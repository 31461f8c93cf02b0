package manager_test

import (
	"strings"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/cgroups/manager"
	"mydocker/resource"
)

// zeroOnly lets /dev/zero be read, and anything else be done to no device.
func zeroOnly() *specs.LinuxResources {
	return &specs.LinuxResources{Devices: []specs.LinuxDeviceCgroup{
		{Access: "rwm"},
		{Allow: true, Type: "c", Major: new(int64(1)), Minor: new(int64(5)), Access: "r"},
	}}
}

func TestDeviceRules(t *testing.T) {
	cgroup := newCgroup(t, zeroOnly())
	if err := manager.Verify(cgroup.Limits); err != nil {
		t.Fatal(err)
	}
	create(t, cgroup)
	create(t, cgroup)
	expect(t, cgroup, resource.Present)
	child := shell(t, `exec 2>&-
		head -c 1 </dev/zero | wc -c
		(echo x >/dev/zero) || echo write refused
		(head -c 1 </dev/full) || echo other refused
		mknod `+t.TempDir()+`/node c 1 5 || echo node refused`)
	child.Go(t, cgroup)
	if _, got := child.Result(); got != "1\nwrite refused\nother refused\nnode refused\n" {
		t.Errorf("got %q", got)
	}
}

// All is allowed but what is denied.
func TestDeniedDevice(t *testing.T) {
	cgroup := newCgroup(t, &specs.LinuxResources{Devices: []specs.LinuxDeviceCgroup{
		{Type: "c", Major: new(int64(1)), Minor: new(int64(5)), Access: "w"},
	}})
	create(t, cgroup)
	expect(t, cgroup, resource.Present)
	child := shell(t, `exec 2>&-; head -c 1 </dev/full | wc -c; head -c 1 </dev/zero | wc -c; (echo x >/dev/zero) || echo refused`)
	child.Go(t, cgroup)
	if _, got := child.Result(); got != "1\n1\nrefused\n" {
		t.Errorf("got %q", got)
	}
}

// A cgroup with other rules than the recorded ones is noticed.
func TestAlteredDeviceRules(t *testing.T) {
	cgroup := newCgroup(t, zeroOnly())
	create(t, cgroup)
	other := *cgroup
	other.Limits = &specs.LinuxResources{Devices: append(zeroOnly().Devices, specs.LinuxDeviceCgroup{Allow: true, Type: "c", Access: "rwm"})}
	if status := expect(t, &other, resource.Altered); !strings.Contains(status.Detail, "c *:* rwm") {
		t.Errorf("got %q", status.Detail)
	}
}

func TestExplainedDeviceRules(t *testing.T) {
	steps := strings.Join(newCgroup(t, zeroOnly()).Explain().Create, "\n")
	if !strings.Contains(steps, "c 1:5 r") {
		t.Errorf("the rule is not in\n%s", steps)
	}
}

func TestBadDeviceRules(t *testing.T) {
	err := manager.Verify(&specs.LinuxResources{Devices: []specs.LinuxDeviceCgroup{{Type: "x"}}})
	if err == nil || !strings.Contains(err.Error(), "device rule") {
		t.Errorf("got %v", err)
	}
}
