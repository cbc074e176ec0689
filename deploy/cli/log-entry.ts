/** A line of a board's log as the machine keeps it: when, who wrote it, and the line. Pure. */
import { logLine } from "./log-line.ts";

export interface LogEntry {
  /** ISO 8601; null where the machine wrote none that can be read. */
  readonly at: string | null;
  /** A unit of systemd, or a name that syslog was given; empty where there is none. */
  readonly from: string;
  readonly text: string;
}

/** Of `journalctl -o json`, a line; undefined for one that is none. Fields: systemd.journal-fields(7). */
export function journalEntry(line: string): LogEntry | undefined {
  try {
    const {
      __REALTIME_TIMESTAMP: us,
      _SYSTEMD_UNIT,
      UNIT,
      MESSAGE,
    } = JSON.parse(line) as Record<string, unknown>;
    const at = Number.isFinite(Number(us)) ? new Date(Number(us) / 1000).toISOString() : null;
    // What is no text is an array of its bytes.
    const text = Array.isArray(MESSAGE) ? Buffer.from(MESSAGE as number[]).toString() : String(MESSAGE ?? "");
    return { at, from: String(UNIT ?? _SYSTEMD_UNIT ?? "").replace(/\.service$/, ""), text };
  } catch {
    return undefined; // journalctl's own words between entries
  }
}

/** `Nov 26 03:05:12 greenhouse user.notice board: {...}`, as busybox's syslogd writes it; in UTC (slot/common), whatever the board's time zone. */
const SYSLOG = /^(\w{3} [ \d]\d \d\d:\d\d:\d\d) \S+ \S+\.\S+ ([^:[\s]+)(?:\[\d+\])?: (.*)$/;

/** `now`: a line has no year, and none of them is of the future. */
export function syslogEntry(line: string, now: Date): LogEntry {
  const [, when, from = "", text = line] = SYSLOG.exec(line) ?? [];
  return { at: when === undefined ? null : timeOf(when, now), from, text };
}

/** For people; undefined for what only programs read. */
export function entryText({ at, from, text }: LogEntry): string | undefined {
  const shown = logLine(text, parsed(text));
  if (shown === undefined) return undefined;
  const when = at === null ? " ".repeat(20) : `${at.slice(0, 19).replace("T", " ")}Z`;
  const who = from === "" || from === "holdfast" || from === "board" ? "" : `${from}: `;
  return `${when}  ${who}${shown}`;
}

/** For programs: the line as an object where it is one. */
export function entryJson({ at, from, text }: LogEntry): string {
  return JSON.stringify({ at, from, line: parsed(text) ?? text });
}

function parsed(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined; // syslog cuts what is too long
  }
}

function timeOf(when: string, now: Date): string | null {
  const ms = Date.parse(`${when} ${now.getUTCFullYear()} UTC`);
  if (Number.isNaN(ms)) return null;
  const time = new Date(ms);
  // Of last December, read in January; a day of grace for clocks that were set.
  if (ms > now.getTime() + 86_400_000) time.setUTCFullYear(now.getUTCFullYear() - 1);
  return time.toISOString();
}
