/** Names of time zones, as the zone files of Debian are called. */
import { nearest } from "../nearest.ts";

/**
 * Whether there is such a zone. By the zones that Node knows, which are those of the same database (IANA tz); of a name in another case there
 * is no file.
 */
export function isTimeZone(name: string): boolean {
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions();
    return timeZone === name || timeZone.toLowerCase() !== name.toLowerCase();
  } catch {
    return false; // RangeError: none of that name
  }
}

/** The zone that was meant; undefined where none is near. */
export function nearestTimeZone(found: unknown): string | undefined {
  return nearest(String(found), Intl.supportedValuesOf("timeZone"));
}
