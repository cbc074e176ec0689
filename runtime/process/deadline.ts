/**
 * Deadlines in the kernel's records, us: `undefined` is none, and comes after all others.
 *
 * Not `Infinity`: V8 gives that, as each number with a fraction, a box of its own in every record.
 */

/** Is `us` the earlier of the two? */
export function isBefore(us: number | undefined, otherUs: number | undefined): boolean {
  return us !== undefined && (otherUs === undefined || us < otherUs);
}

/** As a record has it, of a deadline that says `Infinity` for none. */
export function finite(us: number): number | undefined {
  return us === Number.POSITIVE_INFINITY ? undefined : us;
}
