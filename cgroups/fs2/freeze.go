package fs2

import (
	"fmt"

	"mydocker/cgroups/cgroupfs"
)

// freezeFile takes "1" and "0" since kernel 5.2, Documentation/admin-guide/cgroup-v2.rst.
const freezeFile = "cgroup.freeze"

// Freeze stops all processes in the cgroup and below it, and returns when none
// runs any more. Signals that kill are heeded even so.
func (m *Manager) Freeze() error {
	if err := cgroupfs.Write(m.Location(), freezeFile, "1"); err != nil {
		return err
	}
	return cgroupfs.Await(func() (bool, error) {
		frozen, err := cgroupfs.ReadField(m.Location(), "cgroup.events", "frozen")
		return frozen == 1, err
	}, fmt.Sprintf("freezing cgroup %q", m.Location()))
}

// Thaw lets them go on. A cgroup that is not there is success.
func (m *Manager) Thaw() error {
	return cgroupfs.IgnoreGone(cgroupfs.Write(m.Location(), freezeFile, "0"))
}

// Frozen tells whether they are stopped, or are to be.
func (m *Manager) Frozen() (bool, error) {
	value, err := cgroupfs.Read(m.Location(), freezeFile)
	return value == "1", cgroupfs.IgnoreGone(err)
}

// FreezeSteps gives the shell lines for Freeze and Thaw.
func (m *Manager) FreezeSteps() (freeze, thaw []string) {
	return []string{cgroupfs.Echo("1", m.Location(), freezeFile)}, []string{cgroupfs.Echo("0", m.Location(), freezeFile)}
}
