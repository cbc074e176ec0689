/** Rows in columns, each as wide as its widest cell. */

const GAP = "  ";

/** Columns of the terminal; what is no terminal (a file, a pipe) takes lines of any length. */
export function terminalWidth(): number {
  return process.stdout.columns ?? Number.POSITIVE_INFINITY;
}

/**
 * The first row is the head. Columns whose cells are all numbers are set to the right. The last column is cut
 * so that a line has no more than `width` characters, but to no less than 10.
 */
export function columns(rows: readonly (readonly string[])[], width = terminalWidth()): readonly string[] {
  const [head = [], ...body] = rows;
  const last = head.length - 1;
  const widths = head.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  const isNumber = head.map(
    (_, at) => at < last && body.every((row) => /^[-\d.,]*[a-zA-Z%]{0,3}$/.test(row[at]!)),
  );
  const left = widths.slice(0, last).reduce((sum, each) => sum + each + GAP.length, 0);
  const room = Math.max(10, width - left);
  return rows.map((row) => {
    const cells = row.map((cell, at) => {
      if (at === last) return cell.length <= room ? cell : `${cell.slice(0, room - 1)}…`;
      return isNumber[at] ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!);
    });
    return cells.join(GAP).trimEnd();
  });
}
