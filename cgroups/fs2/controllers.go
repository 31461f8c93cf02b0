package fs2

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mydocker/cgroups"
	"mydocker/cgroups/cgroupfs"
	"mydocker/internal/shell"

	"golang.org/x/sys/unix"
)

// controlFile says which of its controllers a cgroup gives to its children.
const controlFile = "cgroup.subtree_control"

// enableControllers has the directories above give the cgroup its controllers.
// Most often another container has seen to that already. The parent is told all
// the same: while somebody else is about it, the kernel lists a controller whose
// files it is still making, but it takes the next request when they are there.
// The root goes on giving them when the last container has gone: others may have
// come to rely on it, and systemd hosts give them anyway.
func (m *Manager) enableControllers() error {
	wanted := m.wanted()
	givers := m.givers()
	if len(wanted) == 0 || cgroupfs.Write(givers[len(givers)-1], controlFile, enabling(wanted)) == nil {
		return nil
	}
	for _, giver := range givers {
		if err := m.enable(giver, wanted); err != nil {
			return err
		}
	}
	return nil
}

// givers are the directories that have to pass the controllers on, from the
// mount point down to the parent.
func (m *Manager) givers() []string { return append([]string{m.Base}, m.Ancestors()...) }

// wanted are the controllers of this hierarchy that the cgroup lives in. Devices
// need none.
func (m *Manager) wanted() []string {
	return slices.DeleteFunc(cgroups.UsedControllers(m.limits), func(controller string) bool {
		return !m.hierarchy.Has(controller) || controller == cgroups.Devices
	})
}

// enable passes controllers on to the children of a directory. The kernel takes
// all or none, so that after a refusal each is tried by itself: one that no
// limit needs may stay away.
func (m *Manager) enable(directory string, controllers []string) error {
	if cgroupfs.Write(directory, controlFile, enabling(controllers)) == nil {
		return nil
	}
	var errs []error
	for _, controller := range controllers {
		err := cgroupfs.Write(directory, controlFile, enabling([]string{controller}))
		if err != nil && slices.Contains(cgroups.LimitedControllers(m.limits), controller) {
			errs = append(errs, explainBusy(directory, err))
		}
	}
	return errors.Join(errs...)
}

// enabling spells controllers as cgroup.subtree_control takes them.
func enabling(controllers []string) string { return "+" + strings.Join(controllers, " +") }

// explainBusy adds to the kernel's "busy" what a person does about its rule that
// a cgroup other than the root either has processes or has children with
// controllers.
func explainBusy(directory string, err error) error {
	if !errors.Is(err, unix.EBUSY) {
		return err
	}
	return fmt.Errorf("%w: processes live in that cgroup itself, which the kernel's \"no internal processes\" rule forbids; "+
		"move them into a child: mkdir -p %[2]s/init && while read -r pid; do echo $pid > %[2]s/init/cgroup.procs; done < %[2]s/cgroup.procs",
		err, shell.Quote(directory))
}

// verifyEnabling says that processes at the mount point, which is not the root
// when mydocker runs inside a container, keep the controllers that the limits
// need from being passed on.
func (m *Manager) verifyEnabling() error {
	// The root cgroup has no type, and is exempt from the rule.
	if !cgroupfs.Exists(m.Base, "cgroup.type") {
		return nil
	}
	missing, err := m.notPassedOn()
	if err != nil || len(missing) == 0 {
		return err
	}
	inside, err := cgroupfs.Read(m.Base, "cgroup.procs")
	if err != nil || inside == "" {
		return err
	}
	busy := fmt.Errorf("passing %s on from %q: %w", strings.Join(missing, ", "), m.Base, unix.EBUSY)
	return explainBusy(m.Base, busy)
}

// notPassedOn lists the controllers that the limits need and that the mount
// point does not give to its children yet.
func (m *Manager) notPassedOn() ([]string, error) {
	text, err := cgroupfs.Read(m.Base, controlFile)
	if err != nil {
		return nil, err
	}
	passed := strings.Fields(text)
	return slices.DeleteFunc(cgroups.LimitedControllers(m.limits), func(controller string) bool {
		return !m.hierarchy.Has(controller) || controller == cgroups.Devices || slices.Contains(passed, controller)
	}), nil
}

func (m *Manager) enableSteps() []string {
	wanted := m.wanted()
	if len(wanted) == 0 {
		return nil
	}
	var steps []string
	for _, directory := range m.givers() {
		steps = append(steps, cgroupfs.Echo(`"`+enabling(wanted)+`"`, directory, controlFile))
	}
	return steps
}
