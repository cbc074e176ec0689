/** The names that a busybox can be called by, read from the program itself: it may be for another machine. */

/** Its table of names begins so: sorted, each with a zero byte behind it (libbb/appletlib.c, `applet_names`). */
const FIRST_NAMES = Buffer.from("\0[\0[[\0");

/** Sorted, without "busybox". Throws RangeError for a file that has no such table. */
export function busyboxApplets(program: Buffer): readonly string[] {
  const start = program.indexOf(FIRST_NAMES);
  if (start < 0) throw new RangeError("this busybox has no table of names");
  const names: string[] = [];
  for (let at = start + 1; ; ) {
    const end = program.indexOf(0, at);
    const name = program.toString("latin1", at, end);
    if (!/^[a-z0-9_[-]+$/.test(name) || name < (names.at(-1) ?? "")) break;
    names.push(name);
    at = end + 1;
  }
  return names.filter((name) => name !== "busybox");
}
