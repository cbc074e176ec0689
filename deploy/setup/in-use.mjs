import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Below the project's folder: a file for each board that runs from its build, named by the pid of who started it. */
const MARKS = "dist/.boards";

/** From now on, and until this process ends, a board runs from this folder's build and packages. */
export function markInUse(root) {
  const mark = join(root, MARKS, String(process.pid));
  mkdirSync(join(root, MARKS), { recursive: true });
  writeFileSync(mark, startOf(process.pid) ?? "");
  process.on("exit", () => rmSync(mark, { force: true }));
}

/** Pids of boards that run from this folder; marks of processes that are gone are removed. */
export function boardsInUse(root) {
  let marks = [];
  try {
    marks = readdirSync(join(root, MARKS));
  } catch {
    return [];
  }
  return marks.map(Number).filter((pid) => {
    const mark = join(root, MARKS, String(pid));
    const isThere = isAlive(pid) && (startOf(pid) ?? "") === readFileSync(mark, "utf8");
    if (!isThere) rmSync(mark, { force: true });
    return isThere;
  });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** When the process began, in the kernel's ticks: with its pid it names it for good (proc(5), field 22). Undefined elsewhere. */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
