import { getEventListeners } from "node:events";
import * as assert from "uvu/assert";
import { pauseUnlessGone } from "../../deploy/http/pause-unless-gone.ts";
import { spec } from "../harness/spec.ts";

spec("pauses leave nothing behind at the signal of a reader who stays", async () => {
  const { signal } = new AbortController();
  for (let n = 0; n < 3; n++) await pauseUnlessGone(0, signal);
  assert.equal(getEventListeners(signal, "abort"), []);
});

spec("a pause ends with its reader, and none begins after him", async () => {
  const reader = new AbortController();
  const pause = pauseUnlessGone(2 ** 30, reader.signal);
  reader.abort();
  await pause;
  await pauseUnlessGone(2 ** 30, reader.signal);
});
