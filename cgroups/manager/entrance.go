package manager

import (
	"os"
	"strings"

	"mydocker/cgroups"
	"mydocker/cgroups/fs2"
	"mydocker/internal/members"
	"mydocker/internal/unpolled"
)

// Entrance is where processes get into a cgroup. Whoever has made the cgroup can write
// it down for others: to find the host's hierarchies takes 0.15 ms.
type Entrance struct {
	Tasks     []string // version 1: the lists of threads
	Directory string   // version 2; "" where the cgroup has none
}

// Members implements members.Object.
func (e *Entrance) Members(list *members.List) {
	list.Given("tasks", &e.Tasks)
	list.Given("directory", &e.Directory)
}

// Entrance finds it.
func (c *Cgroup) Entrance() (Entrance, error) {
	var found Entrance
	err := each(c.holders, func(m cgroups.Manager) error {
		if _, unified := m.(*fs2.Manager); unified {
			found.Directory = m.Location()
		}
		if list := m.Tasks(); list != "" {
			found.Tasks = append(found.Tasks, list)
		}
		return nil
	})
	return found, err
}

// leadsTo tells whether it is that of a cgroup by its path. An empty one leads nowhere.
func (e Entrance) leadsTo(path string) bool {
	for _, list := range e.Tasks {
		if !strings.HasSuffix(list, "/"+path+"/tasks") {
			return false
		}
	}
	return strings.HasSuffix(e.Directory, "/"+path) || e.Directory == "" && len(e.Tasks) > 0
}

// through opens what is behind the entrance: the known one, or where there is nothing,
// as in another mount namespace, the one that is found.
func through[T any](c *Cgroup, open func(Entrance) (T, error)) (opened T, err error) {
	if c.Known.leadsTo(c.Path) {
		if opened, err = open(c.Known); err == nil {
			return opened, nil
		}
	}
	entrance, err := c.Entrance()
	if err != nil {
		return opened, err
	}
	return open(entrance)
}

// OpenTasks opens the cgroup's lists of threads in the version 1 hierarchies. A
// process of one thread moves itself into the cgroup by writing "0" to each,
// which takes 0.1 ms where Join needs 5 to 20; and the limit of processes does
// not keep it out. The caller closes them.
func (c *Cgroup) OpenTasks() ([]*os.File, error) { return through(c, Entrance.openTasks) }

func (e Entrance) openTasks() (lists []*os.File, err error) {
	for _, path := range e.Tasks {
		list, err := unpolled.Open(path, os.O_WRONLY)
		if err != nil {
			for _, opened := range lists {
				opened.Close()
			}
			return nil, err
		}
		lists = append(lists, list)
	}
	return lists, nil
}

// OpenDirectory opens the cgroup's version 2 directory for CLONE_INTO_CGROUP. It
// is nil on a host where version 2 has no controller that is used.
func (c *Cgroup) OpenDirectory() (*os.File, error) { return through(c, Entrance.openDirectory) }

func (e Entrance) openDirectory() (*os.File, error) {
	if e.Directory == "" {
		return nil, nil
	}
	return unpolled.Open(e.Directory, os.O_RDONLY)
}
