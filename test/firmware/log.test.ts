import { constants, openSync, readSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { is } from "uvu/assert";
import { Log } from "../../firmware/guardian/log.ts";
import { makePipes, removePipes } from "../../firmware/transport/pipes.ts";
import { spec } from "../harness/spec.ts";

spec("a log that nobody reads is told from one that is written, so that no end waits for it", async (t) => {
  const pipes = await makePipes(undefined, 0);
  t.defer(() => removePipes(pipes));
  const log = new Log(openSync(pipes.reply, constants.O_RDWR));
  is(await log.drain(0), true, "nothing was said");
  log.line({ text: "x".repeat(200_000) }); // more than a pipe holds
  is(await log.drain(20), false);
  const reader = openSync(pipes.reply, constants.O_RDONLY | constants.O_NONBLOCK);
  const chunk = Buffer.alloc(65_536);
  const drained = log.drain(5000);
  for (let read = 0; read < 200_000; ) {
    try {
      read += readSync(reader, chunk);
    } catch {
      await sleep(1); // the writer is not back yet
    }
  }
  is(await drained, true);
});
