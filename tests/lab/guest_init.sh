#!/bin/busybox sh
# First program of the lab's guest: load what reaches the host's root over 9p, lay a tmpfs over it, go on there.
B=/bin/busybox
$B mount -t devtmpfs dev /dev; $B mount -t proc proc /proc; $B mount -t sysfs sys /sys
for word in $($B cat /proc/cmdline); do case "$word" in lab.stage=*) stage=${word#lab.stage=};; esac; done
while read -r module; do $B insmod /modules/$module 2>/dev/null; done < /modules/order
tries=0
until $B mount -t 9p -o trans=virtio,version=9p2000.L,msize=524288,cache=loose,ro,access=any hostroot /lower 2>/dev/null; do
  tries=$((tries + 1)); [ $tries -gt 200 ] && { echo "lab: no root"; $B poweroff -f; }; $B usleep 20000
done
$B mount -t tmpfs -o size=75% tmpfs /upper; $B mkdir /upper/over /upper/work
$B mount -t overlay -o lowerdir=/lower,upperdir=/upper/over,workdir=/upper/work overlay /new || { echo "lab: no overlay"; $B poweroff -f; }
for place in dev proc sys; do $B mount --move /$place /new/$place; done
exec $B switch_root /new /bin/bash "$stage"
