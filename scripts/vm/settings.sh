# What the scripts of this folder share; they source it.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
suite=bookworm
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/mydocker/vm

# Programs that the tests call, as packages of the guest. util-linux and
# coreutils come with every Debian.
guest_packages=iproute2,iptables,procps,busybox-static,curl,kmod,libcap2-bin,apparmor,xz-utils

# Modules without which the machine cannot read its disk.
boot_modules="virtio_pci virtio_blk"

say() { echo "vm: $*" >&2; }
die() { say "$*"; exit 1; }
