const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: 'no such bus: "dtparam=i2c_arm=on" in /boot/firmware/config.txt turns on i2c-1; modprobe i2c-dev',
  EACCES: "no right to it: the user must be in the group i2c (sudo usermod -aG i2c <user>)",
};

/** Why the character device of a bus cannot be opened, with what helps; `code` is the error's (`ENOENT`). */
export function openRemedy(path: string, code: string): string {
  return REMEDIES[code] ?? `${path} cannot be opened (${code})`;
}
