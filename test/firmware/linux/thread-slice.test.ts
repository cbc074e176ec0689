import { getPriority, release, setPriority } from "node:os";
import { Worker } from "node:worker_threads";
import * as assert from "uvu/assert";
import { SHORT_SLICE_US, setThreadSlice, threadSlice } from "../../../firmware/linux/thread-slice.ts";
import { spec } from "../../harness/spec.ts";

/** Since 6.12 a thread of the fair scheduler has a slice of its own. */
const [major = 0, minor = 0] = release().split(".").map(Number);
const hasSlices = major > 6 || (major === 6 && minor >= 12);

spec("a slice is what was asked for, or it is said why not", async (t) => {
  const before = threadSlice();
  t.defer(() => setThreadSlice(0));
  const nice = getPriority();
  setPriority(nice + 1);
  const given = setThreadSlice(SHORT_SLICE_US);
  assert.is(getPriority(), nice + 1, "its nice value stays");
  if (!hasSlices) {
    assert.type(given, "string");
    return;
  }
  assert.is(given, SHORT_SLICE_US);
  assert.is(threadSlice(), SHORT_SLICE_US);
  assert.is(setThreadSlice(0), before, "the system's again");
});

spec("threads that are started afterwards have it", async (t) => {
  t.defer(() => setThreadSlice(0));
  setThreadSlice(SHORT_SLICE_US);
  const module = new URL("../../../firmware/linux/thread-slice.js", import.meta.url).href;
  const code = `import("${module}").then(async ({ threadSlice }) =>
    require("node:worker_threads").parentPort.postMessage(await threadSlice()))`;
  const worker = new Worker(code, { eval: true });
  t.defer(() => worker.terminate());
  const told = await new Promise((resolve) => worker.once("message", resolve));
  if (hasSlices) assert.is(told, SHORT_SLICE_US);
  else assert.type(told, "string");
});
