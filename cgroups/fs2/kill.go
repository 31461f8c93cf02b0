package fs2

import (
	"mydocker/cgroups/cgroupfs"
	"mydocker/internal/shell"
)

// killFile takes "1" since kernel 5.14.
const killFile = "cgroup.kill"

// Kill implements cgroups.Manager. The kernel kills all processes in the cgroup
// and below it at once, forks included.
func (m *Manager) Kill() error {
	if !cgroupfs.Exists(m.Location(), killFile) {
		return m.Directory.Kill()
	}
	return m.AwaitDeath(m.killed)
}

// killed kills what is inside by now, such as a process that joined since the
// last time, and tells whether nothing was left to die.
func (m *Manager) killed() (bool, error) {
	if err := cgroupfs.Write(m.Location(), killFile, "1"); err != nil {
		return true, cgroupfs.IgnoreGone(err)
	}
	populated, err := cgroupfs.ReadField(m.Location(), "cgroup.events", "populated")
	return populated == 0, cgroupfs.IgnoreGone(err)
}

// KillSteps implements cgroups.Manager.
func (m *Manager) KillSteps() []string {
	if cgroupfs.Exists(m.Location(), ".") && !cgroupfs.Exists(m.Location(), killFile) {
		return m.Directory.KillSteps()
	}
	events := shell.Quote(m.Location() + "/cgroup.events")
	return []string{
		cgroupfs.Echo("1", m.Location(), killFile),
		"while grep -q \"populated 1\" " + events + "; do sleep 0.01; done",
	}
}
