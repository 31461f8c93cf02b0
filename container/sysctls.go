package container

import "mydocker/container/rootfs"

// openSysctls makes ready for writeSysctls, before they are covered.
func (w *worker) openSysctls() (err error) {
	w.sysctls, err = w.root.OpenSysctls()
	return err
}

// writeSysctls comes when the network is there, so that those of eth0 are, and have
// the last word. In a user namespace the creator has written some of them.
func (w *worker) writeSysctls() error {
	defer w.sysctls.Close()
	if isMapped(w.task.Spec) {
		return rootfs.WriteSysctls(w.sysctls, sysctlsOf(w.task.Spec, rootfs.IsForInit))
	}
	return rootfs.WriteSysctls(w.sysctls, w.task.Spec.Linux.Sysctl)
}
