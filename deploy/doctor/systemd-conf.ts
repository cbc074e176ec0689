import { textFile } from "../../firmware/board/text-file.ts";
import type { SystemFiles } from "../../firmware/contracts/system-files.ts";

/** Later folders win over earlier ones where they have a file of the same name (systemd.syntax, drop-ins). */
const FOLDERS = ["/usr/lib/systemd", "/usr/local/lib/systemd", "/run/systemd", "/etc/systemd"];

/** A value of systemd's system.conf and its drop-ins, and the file that said it last; undefined when none does. */
export function systemConf(
  files: SystemFiles,
  key: string,
): { readonly value: string; readonly file: string } | undefined {
  let found: { value: string; file: string } | undefined;
  for (const file of confFiles(files)) {
    for (const line of (textFile(files, file) ?? "").split("\n")) {
      const [, name, value = ""] = /^\s*([A-Za-z]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      if (name !== key) continue;
      found = value === "" ? undefined : { value, file }; // an empty one takes back what was said before
    }
  }
  return found;
}

/**
 * A time of systemd.time in seconds: `15`, `15s`, `1min 30s`; 0 for `off` and what is none, infinite for `infinity`.
 * Units as systemd.time has them, down to the millisecond.
 */
export function systemdSeconds(text: string): number {
  if (text === "infinity") return Number.POSITIVE_INFINITY;
  let seconds = 0;
  for (const [, number, unit = "s"] of text.matchAll(/([\d.]+)\s*([a-z]+)?/g)) {
    seconds += Number(number) * (UNITS[unit] ?? Number.NaN);
  }
  return Number.isNaN(seconds) ? 0 : seconds;
}

/** Whether systemd is the first process. */
export function hasSystemd(files: SystemFiles): boolean {
  return textFile(files, "/proc/1/comm") === "systemd";
}

const UNITS: Readonly<Record<string, number>> = {
  ...{ ms: 0.001, msec: 0.001, s: 1, sec: 1, second: 1, seconds: 1 },
  ...{ m: 60, min: 60, minute: 60, minutes: 60, h: 3600, hr: 3600, hour: 3600, hours: 3600 },
};

/** system.conf of the highest folder, then the drop-ins of all in the order of their names. */
function confFiles(files: SystemFiles): string[] {
  const main = FOLDERS.map((folder) => `${folder}/system.conf`).filter(
    (file) => files.read(file) !== undefined,
  );
  const dropIns = new Map<string, string>();
  for (const folder of FOLDERS) {
    for (const name of files.list(`${folder}/system.conf.d`)) {
      if (name.endsWith(".conf")) dropIns.set(name, `${folder}/system.conf.d/${name}`);
    }
  }
  const sorted = [...dropIns].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
  return [...main.slice(-1), ...sorted];
}
