package rootfs

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// mapIDs maps the IDs of a mount that nobody has seen yet (mount_setattr(2),
// ID-mapped mounts): what belongs on disk to an ID of the namespace belongs, as
// seen through the mount, to the host's ID for it.
func (t tree) mapIDs(namespace *os.File, recursive bool) error {
	flags := uint(unix.AT_EMPTY_PATH)
	if recursive {
		flags |= unix.AT_RECURSIVE
	}
	err := unix.MountSetattr(int(t.Fd()), "", flags, &unix.MountAttr{
		Attr_set:  unix.MOUNT_ATTR_IDMAP,
		Userns_fd: uint64(namespace.Fd()),
	})
	switch err {
	case nil:
		return nil
	case unix.ENOSYS:
		return errors.New("mapping IDs: this kernel cannot (needs Linux 5.19)")
	case unix.EINVAL:
		return fmt.Errorf("mapping IDs: the file system, %s, or one that is mounted below it cannot (%w)", filesystemName(t.File), err)
	}
	return fmt.Errorf("mapping IDs: %w", err)
}

// filesystemName names a file's file system, as far as it is one of those that
// people mount and whose IDs some kernels cannot map.
func filesystemName(file *os.File) string {
	var about unix.Statfs_t
	if err := unix.Fstatfs(int(file.Fd()), &about); err != nil {
		return "unknown"
	}
	switch uint32(about.Type) {
	case unix.NFS_SUPER_MAGIC:
		return "nfs"
	case unix.FUSE_SUPER_MAGIC:
		return "fuse"
	case unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC:
		return "cifs"
	case unix.V9FS_MAGIC:
		return "9p"
	case unix.TMPFS_MAGIC:
		return "tmpfs"
	case unix.OVERLAYFS_SUPER_MAGIC:
		return "overlay"
	case unix.PROC_SUPER_MAGIC:
		return "proc"
	case unix.SYSFS_MAGIC:
		return "sysfs"
	case unix.EXT4_SUPER_MAGIC:
		return "ext4"
	}
	return fmt.Sprintf("of type %#x", about.Type)
}

// CheckIDMap tells whether the IDs of what lies at a path of the host can be
// mapped.
func CheckIDMap(path string, recursive bool, namespace *os.File) error {
	same, err := cloneTree(path, recursive)
	if err != nil {
		return err
	}
	defer same.Close()
	return same.mapIDs(namespace, recursive)
}
