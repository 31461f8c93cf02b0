#!/usr/bin/env bash
# Makes the machine's root disk and kernel in the cache and prints the folder
# that holds them:
#
#   root.ext4   Debian with the programs that the tests call
#   vmlinuz     Debian's cloud kernel
#   initrd      loads the disk's driver and starts the root disk's /sbin/machine
#
# Made once for each list of packages and each state of these scripts. The
# kernel's package is unpacked, never installed.
set -euo pipefail
source "$(dirname "$0")/settings.sh"

"$top/scripts/need.sh" debootstrap=debootstrap mke2fs=e2fsprogs cpio=cpio depmod=kmod busybox=busybox-static >&2

key=$(cat "$top"/scripts/vm/{settings.sh,base.sh,guest/*} | sha256sum | cut -c1-16)
base=$cache/$key
if [ -e "$base/complete" ]; then
	echo "$base"
	exit
fi

say "making the machine's disk, once ($base)"
mkdir -p "$cache"
work=$(mktemp -d "$cache/making.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root

keyring=()
[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || keyring=(--no-check-gpg)
debootstrap --arch=amd64 --variant=minbase --include="$guest_packages" "${keyring[@]}" \
	"$suite" "$root" "$mirror" >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; die "debootstrap: see above"; }

# apt inside the new root knows the suite's kernels, whatever the host runs.
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
cat >"$root/tmp/fetch" <<-'END'
	set -e
	cd /tmp
	image=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p')
	apt-get -o APT::Sandbox::User=root download "$image"
END
chroot "$root" bash /tmp/fetch >"$work/log" 2>&1 || { cat "$work/log" >&2; die "downloading the kernel: see above"; }
dpkg-deb -x "$root"/tmp/linux-image-*.deb "$work/kernel"
rm -rf "$root"/tmp/* "$root"/var/cache/apt "$root"/var/lib/apt/lists "$root"/usr/share/{doc,locale,man}
cp -a "$work/kernel/lib/modules" "$root/lib/"
version=$(ls "$root/lib/modules")
depmod -b "$root" "$version"

install -m 755 "$top/scripts/vm/guest/machine" "$root/sbin/machine"
echo machine >"$root/etc/hostname"
: >"$root/etc/resolv.conf"

# The initial root file system: busybox, the modules in the order in which they
# must be loaded, and /init.
early=$work/early
mkdir -p "$early"/{bin,dev,proc,sys,root,modules}
cp "$(command -v busybox)" "$early/bin/busybox"
install -m 755 "$top/scripts/vm/guest/init" "$early/init"
for module in $boot_modules; do
	modprobe -d "$root" -S "$version" --show-depends "$module" | sed -n 's/^insmod \([^ ]*\).*/\1/p'
done | awk '!seen[$0]++' | while read -r module; do
	cp "$module" "$early/modules/"
	basename "$module" >>"$early/modules/order"
done
(cd "$early" && find . | cpio --quiet -o -H newc) | gzip -1 >"$work/initrd"

cp "$work"/kernel/boot/vmlinuz-* "$work/vmlinuz"
# Room for what the tests write: images, layers, logs.
truncate -s 3G "$work/root.ext4"
mke2fs -q -t ext4 -E lazy_itable_init=1,lazy_journal_init=1 -d "$root" "$work/root.ext4"
rm -rf "$root" "$early" "$work/kernel" "$work/log"
touch "$work/complete"

# Another run may have been faster; the first one counts.
mv -T "$work" "$base" 2>/dev/null || [ -e "$base/complete" ]
trap - EXIT
[ ! -e "$work" ] || rm -rf "$work"

# Disks of earlier states of these scripts are of no more use.
find "$cache" -mindepth 1 -maxdepth 1 ! -name "$key" -mmin +1440 -exec rm -rf {} +
echo "$base"
