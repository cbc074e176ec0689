/** What becomes of a cell that finds out first that the guardian is dead. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { equal, match } from "uvu/assert";
import { makePipes, removePipes, requestPipe } from "../../firmware/transport/pipes.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";

const program = fileURLToPath(new URL("./fixtures/orphan-main.js", import.meta.url));

/** A request FIFO that is read, and a cell that has not been started yet. */
async function aCell(t: SpecContext) {
  const pipes = await makePipes(undefined, 1);
  t.defer(() => removePipes(pipes));
  const path = requestPipe(pipes.directory, 0);
  // As the guardian has it, which never reads it here.
  const guardian = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  return {
    guardianDies: () => closeSync(guardian),
    start() {
      const child = spawn(process.execPath, [program, path], { stdio: ["pipe", "pipe", "pipe"] });
      t.defer(() => child.kill("SIGKILL"));
      child.stdin.on("error", () => {}); // it has ended
      let text = "";
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (data) => {
          text += data;
        });
      const closed = once(child, "close");
      return { text: () => text, ask: () => child.stdin.end(), ended: async () => [...(await closed), text] };
    },
  };
}

spec("a cell that asks a guardian which is dead ends its process at once, and is no crash", async (t) => {
  const { guardianDies, start } = await aCell(t);
  const cell = start();
  await until("it is there", () => cell.text() === "there\n");
  guardianDies();
  cell.ask();
  equal(await cell.ended(), [null, "SIGKILL", "there\n"]);
});

spec("so does one that is started after the guardian's death", async (t) => {
  const { guardianDies, start } = await aCell(t);
  guardianDies();
  equal(await start().ended(), [null, "SIGKILL", ""]);
});

spec("a guardian that lives and does not answer costs the request, and nothing else", async (t) => {
  const { guardianDies, start } = await aCell(t);
  t.defer(guardianDies);
  const cell = start();
  cell.ask();
  const [code, signal, text] = await cell.ended();
  equal([code, signal], [0, null]);
  match(String(text), /^there\nLineError: .*\n$/);
});
