package engine

import (
	"sync"

	"mydocker/container"
	"mydocker/logs"
	"mydocker/network/bridge"
	"mydocker/overlay"
	"mydocker/resource"
)

// start makes the container and lets its program run. On an error the caller
// abandons what there is.
func (m *monitor) start(id string) error {
	if err := m.engine.step("read its record", func() error { return m.read(id) }); err != nil {
		return err
	}
	if err := m.createStorage(); err != nil {
		return err
	}
	if err := m.createRuntime(id); err != nil {
		return err
	}
	return m.run()
}

func (m *monitor) read(id string) (err error) {
	if m.record, err = m.engine.load(id); err != nil {
		return err
	}
	m.live, err = m.engine.loadLive(id)
	return err
}

func (m *monitor) open(id string) (err error) {
	if m.log, err = logs.Create(m.engine.logPath(id), logs.DefaultSize, logs.DefaultFiles); err != nil {
		return err
	}
	m.listener, err = m.engine.listen(id)
	return err
}

func (m *monitor) createStorage() error {
	if err := overlay.MakeSkeleton(m.engine.Layout.Skeleton()); err != nil {
		return err
	}
	set, err := m.record.storage()
	if err != nil {
		return err
	}
	if err := set.Create(m.engine.observer()); err != nil {
		return err
	}
	return m.engine.step("write its hosts, hostname and resolv.conf", func() error {
		return m.engine.writeNetworkFiles(m.record)
	})
}

// createProcess makes the namespaces; the program waits. limit makes the cgroup,
// unless it is there.
func (m *monitor) createProcess(limit func() error) (err error) {
	if m.streams, err = openStreams(m.record.Process); err != nil {
		return err
	}
	defer m.streams.closeTheirs()
	config, err := m.engine.containerConfig(m.record)
	if err != nil {
		return err
	}
	config.Sandbox = m.sandbox
	config.Cgroup = func() (container.Cgroup, error) { return m.engine.cgroup(m.record), limit() }
	config.Stdin, config.Stdout, config.Stderr = m.streams.theirs()
	m.process, err = container.Create(config)
	m.sandbox.Close() // where a process makes the root, nobody needs it
	return err
}

// createRuntime makes what the container has while it runs. A thread, or a process
// of mydocker, makes its root; the thread forks the first process as soon as there
// is the cgroup in which that is born. Meanwhile this one makes the cgroup, unless
// container.Create had to have it, and then all that nobody waits for.
func (m *monitor) createRuntime(id string) error {
	set, err := m.record.runtime()
	if err != nil {
		return err
	}
	before, after := aroundStart(set)
	limit := sync.OnceValue(func() error { return before.Create(m.engine.observer()) })
	create := func() error { return m.createProcess(limit) }
	if err := m.engine.step("begin to make its root, in new namespaces", create); err != nil {
		return err
	}
	if err := limit(); err != nil {
		return err
	}
	m.takeSignals() // each takes Go two switches of threads, for which there is time now
	if err := m.engine.step("open its log and control socket", func() error { return m.open(id) }); err != nil {
		return err
	}
	plug(after, m.process.Sandbox())
	return after.Create(m.engine.observer())
}

// plug tells the veth which network namespace it leads to, which nobody could
// know when it was written down.
func plug(set resource.Set, sandbox string) {
	for _, r := range set {
		if veth, ok := r.(*bridge.Veth); ok {
			veth.Sandbox = sandbox
		}
	}
}

// run writes down which process it is that must not outlive this one, by which
// others enter the container too, and so not before that has its root. Then it lets
// the program run.
func (m *monitor) run() error {
	if err := m.engine.step("wait until it has made its root", m.process.Ready); err != nil {
		return err
	}
	if err := m.engine.step("write down its pid", m.recordProgram); err != nil {
		return err
	}
	if err := m.engine.step("let its program run", m.process.Start); err != nil {
		return err
	}
	m.streams.takeConsole(m.process.Console())
	return nil
}

func (m *monitor) recordProgram() (err error) {
	if m.live.Entrance, err = m.engine.cgroup(m.record).Entrance(); err != nil {
		return err
	}
	m.live.Program = Reference{PID: m.process.Pid(), Start: m.process.StartTime()}
	return m.engine.saveLive(m.record.ID, m.live)
}
