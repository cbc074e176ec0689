#!/bin/busybox sh
# First process: finds the card, chooses the slot, and hands over to it. Everything that is decided here is written on the card
# before it is done (boot-disk.c). A board that finds nothing to start is reset and tries again.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev

say() { echo "holdfast: $*"; }

give_up() {
    say "$*: trying again in 10 s"
    sleep 10
    reboot -f
}

for module in $(cat /modules/disk); do insmod "/modules/$module.ko" || say "$module does not load"; done

# Until the guardian opens it nobody pets the watchdog: whatever hangs from here on, slot or kernel, is reset. A slot on trial has lost
# one of its boots then. The limit is the card's (cmdline.txt); a board whose watchdog is not the guardian's has none.
watchdog=$(sed -n 's/.*holdfast\.watchdog=\([0-9]*\).*/\1/p' /proc/cmdline)
[ -z "$watchdog" ] || boot-disk watchdog /dev/watchdog0 "$watchdog" || {
    say "no watchdog until the guardian has it"
    watchdog=
}

# The card whose partition table carries our signature, "HOLD" at byte 440. Cards take a moment to be seen.
is_ours() { [ "$(dd if="$1" bs=1 skip=440 count=4 2>/dev/null)" = HOLD ]; }
tries=300
while [ -z "$disk" ]; do
    for device in mmcblk0 mmcblk1 sda vda; do
        [ -b "/dev/$device" ] && is_ours "/dev/$device" && disk=/dev/$device && break
    done
    [ -n "$disk" ] && break
    tries=$((tries - 1))
    [ $tries -gt 0 ] || give_up "no card of Holdfast OS was seen within 30 s"
    sleep 0.1
done
case $disk in *mmcblk*) part=${disk}p ;; *) part=$disk ;; esac

mounted() {
    case $1 in a) number=2 ;; *) number=3 ;; esac
    mount -t squashfs -o ro "$part$number" /slot 2>/dev/null && [ -x /slot/sbin/init ] && return 0
    umount /slot 2>/dev/null
    return 1
}

choice=$(boot-disk choose "$disk") || say "the slot record was not written"
slot=${choice%% *}
why=${choice#"$slot"}
if ! mounted "$slot"; then
    say "slot $slot cannot be mounted"
    choice=$(boot-disk fall-back "$disk") || say "the slot record was not written"
    slot=${choice%% *}
    why=${choice#"$slot"}
    mounted "$slot" || give_up "slot $slot cannot be mounted either"
fi
say "slot $slot$why"
# A slot that hangs on its way up is reset over and over; one of before it said that it is up could never be told from that.
! grep -q "boot-disk up" /slot/etc/holdfast/board || boot-disk count "$disk" || say "this boot was not counted"
boot-disk grow "$disk" 4 >/dev/null || say "the data partition keeps its size"

# What the slot is told, and the modules that belong to this kernel and not to the slot.
mount -t tmpfs -o mode=755,size=32m run /slot/run
mkdir /slot/run/modules
cp /modules/* /slot/run/modules
for module in $(cat /modules/disk); do rm "/slot/run/modules/$module.ko"; done
{
    echo "disk=$disk"
    echo "slot=$slot"
    echo "data=${part}4"
    echo "watchdog=$watchdog"
    case $why in " trial") echo trial=1 ;; *) echo trial= ;; esac
} >/slot/run/holdfast-slot
mount --move /proc /slot/proc
mount --move /sys /slot/sys
mount --move /dev /slot/dev
exec switch_root /slot /sbin/init
