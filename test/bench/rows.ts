/** The result of a benchmark: rows for people, and with `--json` one last line for programs. */
export interface Row {
  readonly work: string;
  readonly ours: string | number;
  readonly peer: string | number | null;
  readonly ratio: number | null;
  readonly goal: string;
  readonly met: boolean;
}

export function printRows(rows: readonly Row[]): void {
  for (const { work, ours, goal, met } of rows) {
    console.log(`${met ? "met   " : "MISSED"}  ${work.padEnd(58)} ${String(ours).padEnd(44)} goal ${goal}`);
  }
  if (process.argv.includes("--json")) console.log(JSON.stringify({ rows }));
}

/** Progress of long work, on one line of a terminal. */
export function progress(what: string, done: number, of: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${what} ${done}/${of}${done === of ? "\n" : ""}`);
  else if (done === of) process.stderr.write(`${what} ${of}/${of}\n`);
}
