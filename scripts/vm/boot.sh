#!/usr/bin/env bash
# Boots the machine with a disk of tests and ends with their exit status.
#
#   scripts/vm/boot.sh BASE TESTS.ext4
#
# BASE is what base.sh made. The root disk is copied, so that every run starts
# from the same state; within a run it lasts over power cycles. A test asks for
# one by creating /run/power-cycle and ending: the machine is then killed as if
# its plug were pulled, and boots again with BOOT counted up.
#
#   VM_SECONDS=N   how long all of it may take (1500)
#   VM_ACCEL=tcg   do not try KVM
set -euo pipefail
source "$(dirname "$0")/settings.sh"
base=${1:?usage: boot.sh BASE TESTS.ext4} tests=${2:?usage: boot.sh BASE TESTS.ext4}
"$top/scripts/need.sh" qemu-system-x86_64=qemu-system-x86 >&2

work=$(mktemp -d)
machine= console=
end_machine() {
	[ -z "$machine" ] || { kill -KILL "$machine"; wait "$machine"; } 2>/dev/null || true
	machine=
}
trap 'end_machine; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

cp --sparse=always "$base/root.ext4" "$work/root.ext4"
mkfifo "$work/reports"
exec 4<>"$work/reports"
deadline=$((SECONDS + ${VM_SECONDS:-1500}))

# start_machine ACCELERATOR BOOT: emulated machines are given more time.
start_machine() {
	local slow=1
	[ "$1" != tcg ] || slow=6
	qemu-system-x86_64 -accel "$1" -cpu max -smp 2 -m 2048 -nodefaults -no-reboot -display none \
		-kernel "$base/vmlinuz" -initrd "$base/initrd" \
		-append "console=ttyS0 panic=-1 quiet BOOT=$2 SLOW=$slow" \
		-drive "file=$work/root.ext4,format=raw,if=virtio" \
		-drive "file=$tests,format=raw,if=virtio,readonly=on" \
		-serial stdio -serial "file:$work/reports" 4<&- </dev/null &
	machine=$!
}

# next_report SECONDS: reads one, or fails when the time is over or the machine
# is gone.
next_report() {
	local until=$((SECONDS + $1)) piece
	report=
	while [ $SECONDS -lt $until ]; do
		# A line that is half there when the second is over has its rest to come.
		read -r -t 1 piece <&4 && { report+=$piece; return; }
		report+=$piece
		kill -0 "$machine" 2>/dev/null || { read -r -t 0.1 piece <&4 && report+=$piece && return; return 1; }
	done
	return 1
}

# An accelerator counts when a kernel comes up with it: one that is offered
# inside another virtual machine may not be able to run any.
boot_number=1 accelerator=tcg
if [ -w /dev/kvm ] && grep -qwE 'vmx|svm' /proc/cpuinfo && [ "${VM_ACCEL:-}" != tcg ]; then
	start_machine kvm 1
	if next_report 15 && [ "$report" = alive ]; then
		accelerator=kvm
	else
		say "KVM is offered but runs no kernel here; emulating instead"
		end_machine
		cp --sparse=always "$base/root.ext4" "$work/root.ext4"
	fi
fi

while :; do
	if [ -z "$machine" ]; then
		start_machine $accelerator $boot_number
		next_report 120 && [ "$report" = alive ] || die "the machine did not come up"
	fi
	if ! next_report $((deadline - SECONDS)); then
		kill -0 "$machine" 2>/dev/null || die "no verdict: the machine has ended by itself"
		die "no verdict: still busy after ${VM_SECONDS:-1500} s"
	fi
	case "$report" in
	exit\ *) exit "${report#exit }" ;;
	power-cycle) end_machine; boot_number=$((boot_number + 1)) ;;
	*) die "unknown report: $report" ;;
	esac
done
