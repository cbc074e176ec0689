import * as assert from "uvu/assert";
import { logLine } from "../../deploy/cli/log-line.ts";
import { spec } from "../harness/spec.ts";

spec("what a cell's code printed is shown with cell, process and level", () => {
  const line = (entry: object) => logLine("", { log: entry });
  assert.is(line({ cell: "climate", level: "info", text: "hello", process: "climate" }), "climate: hello");
  assert.is(
    line({ cell: "climate", level: "warn", text: "odd", process: "reader" }),
    "climate (reader) warn: odd",
  );
  assert.is(line({ cell: "climate", level: "error", text: "at load" }), "climate error: at load");
});

spec("a real-time place is a line only where it was not granted", () => {
  const line = (refused: readonly string[], text: string) =>
    logLine("", { place: { cell: "kernel", refused, text } });
  assert.is(line([], "the kernel has fifo priority 47"), undefined);
  const text = "the kernel runs as any other thread; not granted: fifo priority 47: Operation not permitted";
  assert.is(line(["fifo priority 47: Operation not permitted"], text), text);
});

spec(
  "a watchdog that does what it was asked is no news; one that counts otherwise, or cannot be stopped, is",
  () => {
    const line = (limitS: number, stoppable: boolean) =>
      logLine("", {
        watchdogPetted: { device: "/dev/watchdog0", identity: "Broadcom", askedS: 15, limitS, stoppable },
      });
    assert.is(line(15, true), undefined);
    assert.is(line(10, true), "guardian: watchdog /dev/watchdog0 (Broadcom): it counts to 10 s, not to 15 s");
    assert.is(
      line(15, false),
      "guardian: watchdog /dev/watchdog0 (Broadcom): it cannot be stopped, so the board is reset 15 s after a stop",
    );
  },
);

spec("a stop step is a line only where an output is not as its policy says", () => {
  const line = (stopStep: object) => logLine("", { stopStep });
  const good = { line: "GPIO17", did: "safe" };
  assert.is(line({ outcomes: [good], tookMs: 20 }), undefined);
  const failed = { line: "GPIO6", did: "failed", why: "driven to 1, it reads 0" };
  assert.is(
    line({ outcomes: [good, failed] }),
    "stop step: not as their policy says: GPIO6: driven to 1, it reads 0",
  );
  assert.is(line({ why: "outputs did not answer" }), "stop step: outputs did not answer");
});
