#!/bin/bash
# Second program of the guest, as process 1 on the overlay: mounts, the shared folder, then the command; its status goes back.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb
for word in $(cat /proc/cmdline); do case "$word" in lab.modules=*) modules=${word#lab.modules=};; esac; done
umount /dev/shm 2>/dev/null; mkdir -p /dev/pts /dev/shm /run /tmp
mount -t devpts devpts /dev/pts; mount -t tmpfs tmpfs /dev/shm; mount -t tmpfs tmpfs /run
ln -sf /proc/self/fd /dev/fd
mkdir -p /lib/modules; mount --bind "$modules/lib/modules" /lib/modules
ip link set lo up; hostname lab
mkdir -p /run/lab; mount -t 9p -o trans=virtio,version=9p2000.L,msize=524288,cache=none,access=any labrun /run/lab
exec </dev/null >"$(echo /dev/vport*p1)" 2>&1
setsid -w bash /run/lab/command; status=$?
echo $status > /run/lab/part; mv /run/lab/part /run/lab/status
sync -f /run/lab
exec busybox poweroff -f
