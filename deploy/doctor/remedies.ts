import type { User } from "./machine.ts";

/** How a user gets the right to devices of a kind; a login that is older than the group does not have it. */
export function groupRemedy(group: "gpio" | "i2c" | "spi", { name, groups }: User): string {
  return groups.includes(group)
    ? `${name} is in the group ${group}, but the device does not belong to it: a udev rule such as that of Raspberry Pi OS (99-com.rules)`
    : `sudo usermod -aG ${group} ${name}, then log in again (a service: SupplementaryGroups=${group})`;
}

/** Where Raspberry Pi's firmware reads its settings; older systems have it one folder higher. */
export const CONFIG_TXT = ["/boot/firmware/config.txt", "/boot/config.txt"] as const;

/**
 * A sentence of detection (firmware/board), which ends with what helps, in two: what, and what helps. The parts are kept
 * apart by a semicolon, else by the last colon that belongs to no quoted setting.
 */
export function splitSentence(sentence: string): { readonly what: string; readonly remedy: string } {
  const [, what = sentence, remedy = ""] =
    /^(.*?); (.*)$/.exec(sentence) ?? /^(.*)(?<!"): (.*)$/.exec(sentence) ?? [];
  return { what, remedy };
}
