#!/usr/bin/env bash
# Makes the image "busybox": a root file system with one static program, a
# link for each of its applets, and the few files that a login needs.
#
#   scripts/busybox-image.sh OUT.tar
#
# The same busybox gives the same tar, bit for bit.
set -euo pipefail

out=${1:?usage: scripts/busybox-image.sh OUT.tar}
busybox=$(command -v busybox)
[[ $(LC_ALL=C ldd "$busybox" 2>&1) == *'not a dynamic executable'* ]] ||
	{ echo "$busybox is not static; install the package busybox-static" >&2; exit 1; }

rootfs=$(mktemp -d)
trap 'rm -rf "$rootfs"' EXIT
umask 022
chmod 755 "$rootfs"
mkdir -p "$rootfs"/{bin,sbin,usr/bin,usr/sbin,etc,root,home,var/log,var/run}
mkdir -m 1777 "$rootfs/tmp"
chmod 700 "$rootfs/root"

cp "$busybox" "$rootfs/bin/busybox"
chmod 755 "$rootfs/bin/busybox"
"$busybox" --list-full | while read -r applet; do
	[ "$applet" = bin/busybox ] || ln -s /bin/busybox "$rootfs/$applet"
done

cat >"$rootfs/etc/passwd" <<-END
	root:x:0:0:root:/root:/bin/sh
	daemon:x:1:1:daemon:/usr/sbin:/bin/false
	www-data:x:33:33:www-data:/var/www:/bin/false
	nobody:x:65534:65534:nobody:/home:/bin/false
END
cat >"$rootfs/etc/group" <<-END
	root:x:0:
	daemon:x:1:
	tty:x:5:
	www-data:x:33:
	users:x:100:
	nogroup:x:65534:
END
echo "root:*:::::::" >"$rootfs/etc/shadow"
chmod 600 "$rootfs/etc/shadow"

mkdir -p "$(dirname "$out")"
tar --create --file "$out.part" --directory "$rootfs" --sort=name --mtime=@0 \
	--owner=0 --group=0 --numeric-owner --format=gnu .
mv "$out.part" "$out"
