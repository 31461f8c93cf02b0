#!/usr/bin/env bash
# The tour: a network, a container that serves a page on a published port, a
# look at everything, and a host that is afterwards as it was before.
#
# It uses the paths and names that a new user would, and leaves alone what is
# there already: it stops before it begins where its names are taken, and
# removes nothing but what it has made.
set -euo pipefail
cd "$(dirname "$0")/.."

network=testbr subnet=10.10.10.1/24 container=demo-web port=8080 image=busybox

# say COMMENT and show COMMAND print what they are given; show then runs it.
say() { printf '\n# %s\n' "$*"; }
show() { printf '$ %s\n' "$*"; eval "$*"; }
stop() { echo "demo: $*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || stop "needs root; type: sudo make demo"
scripts/need.sh iptables=iptables ip=iproute2 busybox=busybox-static curl=curl

say "One static binary, no daemon."
show make --no-print-directory build
show ./mydocker version

in_words() { ./mydocker "$@" >/dev/null 2>&1; }
port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; }
! in_words network inspect $network || stop "there is a network $network already; remove it first: ./mydocker network rm $network"
! ip link show $network >/dev/null 2>&1 || stop "there is a network interface $network already, which is not mydocker's"
! in_words inspect $container || stop "there is a container $container already; remove it first: ./mydocker rm -f $container"
! port_is_taken || stop "port $port is in use; the demo needs it"

made=() # commands that undo what has been done, newest first
undo() {
	local line
	for line in "${made[@]}"; do eval "$line" >/dev/null 2>&1 || true; done
	made=()
}
scratch=$(mktemp -d)
trap 'undo; rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

look_at_host() {
	ip -brief link show type bridge | sed 's/ .*//'
	iptables -t nat -S
	iptables -S FORWARD
	sed 's/^[0-9]* [0-9]* //' /proc/self/mountinfo
	find /sys/fs/cgroup -type d -path '*mydocker*'
}
look_at_host >"$scratch/before"
forwarding=$(cat /proc/sys/net/ipv4/ip_forward)

# wait_until SECONDS COMMAND…
wait_until() {
	local deadline=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $deadline ] || return 1
		sleep 0.05
	done
}

if ./mydocker image inspect $image >/dev/null 2>&1 || [ -e /var/lib/mydocker/image/$image.tar ]; then
	say "There is an image $image already; the tour takes that one."
else
	say "An image is the tar of a root file system. This one holds a static busybox."
	show scripts/busybox-image.sh "$scratch/busybox.tar"
	made=("./mydocker rmi $image" "${made[@]}")
	show ./mydocker image import "$scratch/busybox.tar" $image
fi
show ./mydocker images

say "A network is a bridge, with rules that let its containers out."
made=("./mydocker network remove $network" "${made[@]}")
show ./mydocker network create --driver bridge --subnet $subnet $network
show ./mydocker network list
show ip link show type bridge
show ip route show dev $network

say "A container on that network serves a page; the host's port $port leads to it."
made=("./mydocker rm -f $container" "${made[@]}")
show "./mydocker run -d --name $container -net $network -p $port:80 $image sh -c 'mkdir /www; echo hello from \$(hostname) > /www/index.html; exec httpd -f -p 80 -h /www'"
wait_until 10 curl -fsS --max-time 2 -o /dev/null "http://127.0.0.1:$port/" 2>/dev/null || stop "the page is not served; the log says: $(./mydocker logs $container 2>&1)"

say "The page, from localhost and from the host's own address."
own=$(ip -4 -o address show scope global | awk -v ours=$network '$2 != ours { sub("/.*", "", $4); print $4; exit }')
show curl -sS "http://127.0.0.1:$port/"
show curl -sS "http://${own:-${subnet%/*}}:$port/"

say "What runs, and what it took."
show ./mydocker ps
show ./mydocker exec $container ip addr show eth0
show iptables -t nat -S

say "Remove everything."
show ./mydocker rm -f $container
show ./mydocker network remove $network
in_words inspect $container && stop "the container is still there"
undo

say "Nothing is left: no bridge, no rule, no mount, no cgroup."
show ip link show type bridge
show iptables -t nat -S
show "grep mydocker /proc/self/mountinfo || true"
show "find /sys/fs/cgroup -type d -path '*mydocker*'"

as_before() { look_at_host >"$scratch/after"; cmp -s "$scratch/before" "$scratch/after"; }
if ! wait_until 10 as_before; then
	diff "$scratch/before" "$scratch/after" >&2 || true
	stop "the host is not as it was; see above"
fi
if [ "$forwarding" = "$(cat /proc/sys/net/ipv4/ip_forward)" ]; then
	say "The host is as it was."
else
	say "The host is as it was; IP forwarding alone stays switched on, as docker leaves it too."
fi
