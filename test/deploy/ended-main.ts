/**
 * A program that Node's own end would wait for for ever: a thread of it reads from a pipe to which nobody writes. `itself`: it ends while
 * a timer keeps it; else when it has nothing left to do.
 */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { endProcess, endsAtOnce } from "../../deploy/board/end-process.ts";

endsAtOnce();
const [how, bytes] = process.argv.slice(2);
const stuck = new Worker(
  'require("node:worker_threads").parentPort.postMessage(0); require("node:fs").readSync(0, Buffer.alloc(1));',
  { eval: true, stdin: false },
);
await once(stuck, "message");
stuck.unref();
process.exitCode = 3;
process.on("exit", () => void process.stderr.write("gave the terminal back\n"));
process.stdout.write("x".repeat(Number(bytes)));
if (how === "itself") {
  setInterval(() => {}, 1000);
  await endProcess();
}
