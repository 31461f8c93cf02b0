package container

import (
	"os"

	"github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/container/launch"
	"mydocker/container/rootfs"
)

// Trial is a user namespace with nobody in it, to try what this host can map.
type Trial struct {
	namespace *os.File
}

// NewTrial makes one. The caller closes it.
func NewTrial() (Trial, error) {
	any := []specs.LinuxIDMapping{{HostID: 1, Size: 1}}
	namespace, err := launch.NewUserNamespace(any, any)
	return Trial{namespace}, err
}

// Check refuses a path of the host whose file system, or one that is mounted
// below it if that counts too, cannot show a container in a user namespace the
// IDs that it has on disk. It changes nothing.
func (t Trial) Check(path string, below bool) error {
	return rootfs.CheckIDMap(path, below, t.namespace)
}

// Close lets go of the namespace.
func (t Trial) Close() error { return t.namespace.Close() }
