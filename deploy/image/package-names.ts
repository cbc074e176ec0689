/**
 * Debian's packages that an image is made of. What a program of them asks for is looked for in the others. A slot has what any board may
 * need, SSH and Wi-Fi too (4 MB): it is put into boards that are configured differently.
 */
export const PACKAGES: readonly string[] = [
  ...["busybox-static", "libc6", "libgcc-s1", "libstdc++6", "raspi-firmware", "tzdata"],
  ...["e2fsprogs", "libext2fs2", "libcom-err2", "libblkid1", "libuuid1"],
  ...["mdnsd", "libmdnsd1", "openntpd"],
  ...["dropbear-bin", "libcrypt1", "libtomcrypt1", "libtommath1", "libgmp10", "zlib1g"],
  ...["wpasupplicant", "firmware-brcm80211", "wireless-regdb", "libssl3", "libpcsclite1"],
  ...["libnl-3-200", "libnl-genl-3-200", "libnl-route-3-200", "libdbus-1-3", "libsystemd0", "libcap2"],
  ...["libgcrypt20", "libgpg-error0", "liblz4-1", "liblzma5", "libzstd1"],
];
