package handle

import "golang.org/x/sys/unix"

// IsKernels tells whether a file or directory is on one of the file systems in which
// the kernel shows what it knows (magic numbers: linux/magic.h). What is in there
// is on no disk, is made while it is read, and some of it has no end.
func IsKernels(fd int) (bool, error) {
	var about unix.Statfs_t
	if err := unix.Fstatfs(fd, &about); err != nil {
		return false, err
	}
	switch int64(about.Type) {
	case unix.PROC_SUPER_MAGIC, unix.SYSFS_MAGIC, unix.CGROUP_SUPER_MAGIC, unix.CGROUP2_SUPER_MAGIC,
		unix.DEBUGFS_MAGIC, unix.TRACEFS_MAGIC, unix.SECURITYFS_MAGIC, unix.BPF_FS_MAGIC, unix.SELINUX_MAGIC:
		return true, nil
	}
	return false, nil
}
