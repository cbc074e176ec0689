#!/bin/busybox sh
# First process of the emulated Raspberry Pi: everything is in this memory file system; what comes of the test goes
# to the console. The watchdog's module is not loaded: opening it resets QEMU's machine at once.
/bin/busybox mkdir -p /proc /sys /dev /tmp
/bin/busybox --install -s /bin
export PATH=/bin HOME=/ SPEC_LIMIT_FACTOR=24
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t debugfs debug /sys/kernel/debug
for module in /modules/*.ko; do insmod "$module" || echo "PI $module does not load"; done
echo "PI UP $(cut -d' ' -f1 /proc/uptime)"
/bin/node /app/board.mjs 2>&1
echo "PI END $?"
sleep 3600
