/** One release at a time comes into a slot, whoever brings it. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UpdateError } from "./update-error.ts";

const FILE = "receiving.pid";

/** Holds until the returned function is called, or this process has ended. Throws `UpdateError` `busy`. */
export function lockReceiving(notes: string): () => void {
  const file = join(notes, FILE);
  for (const isLastTry of [false, true]) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const pid = holder(file);
      if (isLastTry || (pid !== undefined && runs(pid)))
        throw new UpdateError(
          "busy",
          `another release is being received (process ${pid}): push again when that has ended`,
        );
      rmSync(file, { force: true }); // it was killed, or the board lost its power
    }
  }
  throw new TypeError("the second try ends above");
}

/** Whether a release is being received now; waits for nobody's card. */
export async function isReceiving(notes: string): Promise<boolean> {
  return (await receiverOf(notes)) !== undefined;
}

/** The process that receives now; undefined: nobody does. Waits for nobody's card. */
export async function receiverOf(notes: string): Promise<number | undefined> {
  const pid = await readFile(join(notes, FILE), "utf8").catch(() => "");
  if (!/^\d+$/.test(pid)) return undefined;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return isReceiver(commandLine) ? Number(pid) : undefined;
}

function holder(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined; // it has just ended
  }
}

/** After a restart the number may be another program's: only one that receives counts. */
function runs(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    return isReceiver(readFileSync(`/proc/${pid}/cmdline`, "utf8"));
  } catch {
    return false; // it has ended
  }
}

function isReceiver(commandLine: string): boolean {
  return commandLine.split("\0").includes("receive");
}
