/**
 * For whoever cannot write ext4 (macOS, Windows): everything goes onto the boot partition, and the card installs itself when it boots for the
 * first time. systemd starts a program that the kernel's command line names (kernel-command-line.target,
 * systemd-run-generator(8)): the way that Raspberry Pi's own imager takes.
 */
import { INSTALL } from "./install-places.ts";
import { VendorError } from "./vendor-error.ts";

/** Names on the boot partition: FAT has no others than these few characters everywhere. */
export const FIRST_RUN = {
  script: "holdfast-first-run.sh",
  archive: "holdfast.tar.gz",
  log: "holdfast-first-run.log",
} as const;

/** Where Raspberry Pi OS has the boot partition since its release of 2023. */
const BOOT = "/boot/firmware";

/** The kernel's command line that runs the script once; it stays one line. Throws `VendorError` when another program waits to run. */
export function withFirstRun(commandLine: string): string {
  const words = commandLine.trim().split(/\s+/);
  const program = words.find((word) => word.startsWith("systemd.run="));
  if (program !== undefined)
    throw new VendorError(
      "otherRelease",
      `cmdline.txt says ${program} already: let the card boot once, or begin with the vendor's image`,
    );
  return `${[...words, ...RUN].join(" ")}\n`;
}

const RUN = [
  `systemd.run=${BOOT}/${FIRST_RUN.script}`,
  // Whatever becomes of it, the next boot is an ordinary one, with or without the board.
  "systemd.run_success_action=reboot",
  "systemd.run_failure_action=reboot",
  "systemd.unit=kernel-command-line.target",
];

/** A script for bash. What it says is on the boot partition afterwards. */
export function firstRunScript(hostname: string | undefined): string {
  const { slots, config, state, account } = INSTALL;
  const folder = config.slice(0, config.lastIndexOf("/"));
  return `#!/bin/bash
# Holdfast: installs the board when its card boots for the first time, as root. Then it is gone, with all it brought.
boot=$(dirname "$(readlink -f "$0")")
exec >"$boot/${FIRST_RUN.log}" 2>&1
set -x

install_board() {
  set -e
  tar -xzf "$boot/${FIRST_RUN.archive}" -C / --no-same-owner --no-overwrite-dir
  id ${account} || useradd --system --home-dir ${state} --shell /usr/sbin/nologin ${account}
  for group in gpio i2c spi; do getent group $group && usermod -aG $group ${account}; done || true
  install -d -m 0700 -o ${account} -g ${account} ${state}
  chown -R ${account}:${account} ${folder}
${hostname === undefined ? "" : `  sed -i 's/^127\\.0\\.1\\.1\\b.*/127.0.1.1\\t${hostname}/' /etc/hosts\n`}  ${slots}/current/bin/holdfast service ${config} --install --user ${account} --slots ${slots}
}
(install_board)
code=$?
# It has keys and passwords in it, and whoever holds the card can read this partition: it goes, whatever came of it.
rm -f "$boot/${FIRST_RUN.archive}"
[ $code -eq 0 ] || echo "Holdfast: the board was not installed, see above: holdfast flash --boot-folder prepares the card again"
# In place and of the same length, which is one sector: a new file in its stead could be empty after a power cut, and the card would not boot.
line=$(sed -E 's/ (systemd\\.run[a-z_]*|systemd\\.unit)=[^ ]*//g' "$boot/cmdline.txt")
[ -z "$line" ] || printf '%-*s\\n' $(($(stat -c %s "$boot/cmdline.txt") - 1)) "$line" | dd of="$boot/cmdline.txt" conv=notrunc,fsync
rm -f "$boot/${FIRST_RUN.script}"
sync
exit $code
`;
}
