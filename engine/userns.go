package engine

import (
	"fmt"
	"os"
	"slices"

	specs "github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/container"
	"mydocker/internal/idmap"
	"mydocker/internal/members"
	"mydocker/internal/shell"
	"mydocker/resource"
	"mydocker/state"
	"mydocker/subid"
)

// UserNS is the user namespace of a container that does not have the host's:
// its IDs 0 to Size-1 are First to First+Size-1 on the host, for as long as the
// container exists.
type UserNS struct {
	Size  uint32
	First uint32 // 0: not chosen yet
}

// Members implements members.Object.
func (u *UserNS) Members(list *members.List) {
	list.Always("size", &u.Size)
	list.Always("first", &u.First)
}

// mapping is the user namespace in the runtime-spec's words.
func (u *UserNS) mapping() []specs.LinuxIDMapping {
	if u == nil {
		return nil
	}
	return []specs.LinuxIDMapping{{ContainerID: 0, HostID: u.First, Size: u.Size}}
}

// ids is the user namespace for who looks at the container's files from outside.
func (u *UserNS) ids() idmap.Map {
	if u == nil {
		return idmap.Map{}
	}
	return idmap.Map{First: u.First, Size: u.Size}
}

// String gives the host's IDs as FIRST-LAST, or nothing for the host's own
// user namespace.
func (u *UserNS) String() string {
	if u == nil {
		return ""
	}
	return fmt.Sprintf("%d-%d", u.First, u.First+u.Size-1)
}

func newUserNS(size uint32) *UserNS {
	if size == 0 {
		return nil
	}
	return &UserNS{Size: size}
}

func (e *Engine) subIDs() subid.Pool {
	return subid.Pool{Directory: e.Layout.SubIDs(), Source: subid.Host()}
}

// chooseIDs chooses the IDs of a container that is to have some of its own and
// has none yet.
func (e *Engine) chooseIDs(record *Record) error {
	user := record.UserNS
	if user == nil || user.First != 0 {
		return nil
	}
	chosen, err := e.subIDs().Choose(user.Size, record.ID)
	if err != nil {
		return err
	}
	user.First = chosen.First
	return e.planStorage(record)
}

// holdIDs keeps everybody else from choosing IDs until the lock is released.
func (e *Engine) holdIDs(record *Record) (*state.Lock, error) {
	if record.UserNS == nil || record.UserNS.First != 0 {
		return nil, nil
	}
	lock, err := state.Acquire(e.Layout.Lock(state.SubIDLock, "subids"), lockPatience)
	if err != nil {
		return nil, err
	}
	if err := e.chooseIDs(record); err != nil {
		lock.Release()
		return nil, err
	}
	return lock, nil
}

// subIDResources are the IDs that a container has for as long as it exists.
func (e *Engine) subIDResources(record *Record) resource.Set {
	if record.UserNS == nil || record.UserNS.First == 0 {
		return nil
	}
	return resource.Set{&subid.Range{
		Directory: e.Layout.SubIDs(), Owner: record.ID,
		First: record.UserNS.First, Size: record.UserNS.Size,
	}}
}

// mapVolumes has the volumes of a container with IDs of its own belong, in it,
// to the IDs that they have on disk, except where their user wants otherwise.
func mapVolumes(mounts []specs.Mount, user *UserNS) []specs.Mount {
	mounts = slices.Clone(mounts)
	for i, mount := range mounts {
		if mount.Type != "bind" {
			continue
		}
		words := slices.DeleteFunc(slices.Clone(mount.Options), isMapWord)
		if isMappedVolume(user, mount) {
			words = append(words, "ridmap")
		}
		mounts[i].Options = words
	}
	return mounts
}

// The words of a volume that say whether its IDs are mapped.
const (
	mapped   = "idmap"
	unmapped = "noidmap"
)

func isMapWord(word string) bool { return word == mapped || word == unmapped }

func isMappedVolume(user *UserNS, mount specs.Mount) bool {
	return user != nil && mount.Type == "bind" && !slices.Contains(mount.Options, unmapped)
}

// checkUserNS refuses what this host cannot map, before anything changes.
func (e *Engine) checkUserNS(user *UserNS, mounts []specs.Mount) error {
	if user == nil {
		return refuseMapWords(mounts)
	}
	trial, err := container.NewTrial()
	if err != nil {
		return err
	}
	defer trial.Close()
	if err := trial.Check(e.Layout.Root, false); err != nil {
		return fmt.Errorf("using directory %q for a container with a user namespace: %w; choose one on ext4, xfs or btrfs with --root, or leave out --userns", e.Layout.Root, err)
	}
	for _, mount := range mounts {
		if !isMappedVolume(user, mount) {
			continue
		}
		if err := trial.Check(mount.Source, true); err != nil {
			return fmt.Errorf("mounting volume \"%s:%s\": %w; write \"%s:%s:noidmap\" to mount it as it is",
				mount.Source, mount.Destination, err, mount.Source, mount.Destination)
		}
	}
	return nil
}

func refuseMapWords(mounts []specs.Mount) error {
	for _, mount := range mounts {
		if at := slices.IndexFunc(mount.Options, isMapWord); at >= 0 {
			return fmt.Errorf("mounting volume \"%s:%s\": the option %q is for containers with --userns=auto", mount.Source, mount.Destination, mount.Options[at])
		}
	}
	return nil
}

// giveToRoot makes the container's root the owner of a file that mydocker has
// made for it.
func (r *Record) giveToRoot(path string) error {
	if r.UserNS == nil {
		return nil
	}
	return os.Chown(path, int(r.UserNS.First), int(r.UserNS.First))
}

// explainGift gives the shell line for giveToRoot.
func (r *Record) explainGift(path string) []string {
	if r.UserNS == nil {
		return nil
	}
	return []string{fmt.Sprintf("chown %d:%d %s", r.UserNS.First, r.UserNS.First, shell.Quote(path))}
}

// mode is what --userns was, without its options.
func (u *UserNS) mode() string {
	if u == nil {
		return "host"
	}
	return "auto"
}

func (u *UserNS) inspect() *IDMappings {
	if u == nil {
		return nil
	}
	ids := []string{fmt.Sprintf("0:%d:%d", u.First, u.Size)}
	return &IDMappings{UidMap: ids, GidMap: ids}
}
