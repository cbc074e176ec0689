#!/bin/busybox sh
# First process of the kernel guest. Its root becomes the host's, read-only below a memory file system; the
# share "results" says what to run (files, environment) and takes what came of it (<number>.log, <number>.code).
# A guest that is reset, by its watchdog say, goes on with the file that was under way, which runs again.
/bin/busybox mkdir -p /proc /sys /dev /host /memory /results /root
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module options; do
  insmod "/modules/$module.ko" $options || echo "GUEST module $module does not load"
done < /modules/order
mount -t configfs config /sys/kernel/config
mount -t debugfs debug /sys/kernel/debug
mount -t tracefs trace /sys/kernel/tracing
mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=512000 host /host
mount -t 9p -o trans=virtio,version=9p2000.L,cache=none,msize=262144 results /results
mount -t tmpfs memory /memory
mkdir /memory/upper /memory/work
mount -t overlay -o lowerdir=/host,upperdir=/memory/upper,workdir=/memory/work overlay /root
for folder in proc sys dev; do mount --rbind "/$folder" "/root/$folder"; done
mkdir -p /root/dev/shm /root/results
mount -t tmpfs shm /root/dev/shm
mount -t tmpfs run /root/run
mount --bind /results /root/results
ifconfig lo 127.0.0.1 up
boots=$(($(cat /results/boots 2> /dev/null || echo 0) + 1))
echo "$boots" > /results/boots
if [ "$boots" -gt 4 ]; then
  echo "GUEST reset too often"
  poweroff -f
fi
# Debian's systemd in the place of this script: it is told what to run, and what of the host's units to leave alone.
if [ -d /results/systemd ]; then
  cp /results/systemd/units/* /root/etc/systemd/system/
  while read -r unit; do ln -sf /dev/null "/root/etc/systemd/system/$unit"; done < /results/systemd/masked
  exec switch_root /root /lib/systemd/systemd --unit=guest-files.target
fi
# The end of the time that all files together may take: the kernel goes down whatever they do.
read -r limit < /results/limit
(sleep "$limit"; echo "GUEST stopped after $limit s"; poweroff -f) &
number=0
while read -r file; do
  number=$((number + 1))
  if [ -e "/results/$number.code" ]; then continue; fi
  cut -d' ' -f1 /proc/uptime > "/results/$number.began"
  chroot /root /bin/sh /results/run "$file" > "/results/$number.log" 2>&1
  echo $? > "/results/$number.code"
  cut -d' ' -f1 /proc/uptime > "/results/$number.ended"
done < /results/files
sync
poweroff -f
