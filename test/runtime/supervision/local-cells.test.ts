/** Children that are cells, in one thread under a virtual clock; and a child that nothing can end. */
import * as assert from "uvu/assert";
import { LocalKernel } from "../../../runtime/cell/local-kernel.ts";
import type { Body } from "../../../runtime/process/cell-contract.ts";
import { importPid } from "../../../runtime/process/pid.ts";
import type { Frame } from "../../../runtime/process/signal.ts";
import { startChild, terminateChild } from "../../../runtime/supervision/supervisor-client.ts";
import { VirtualClock } from "../../../runtime/time/virtual-clock.ts";
import { spec } from "../../harness/spec.ts";
import * as misbehaving from "../fixtures/misbehaving.ts";
import * as children from "./cell-children.ts";
import { supervise } from "./supervised.ts";
import { type CellKernelBench, MODULES, supervisedCellsContract } from "./supervised-cells.ts";

const modules: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  [MODULES.children]: children,
  [MODULES.misbehaving]: misbehaving,
};

function localBench(): CellKernelBench {
  const clock = new VirtualClock(0);
  const kernel = new LocalKernel({
    board: "bench",
    clock,
    load: ({ body: { module, name } }) => {
      const body = modules[module]?.[name];
      if (typeof body !== "function") throw new TypeError(`${module} exports no function "${name}"`);
      return { body: body as Body };
    },
  });
  return {
    kernel,
    async until(what, done) {
      kernel.settle();
      for (let turn = 0; turn < 5000 && !done(); turn++) kernel.advanceTo(clock.now() + 10_000);
      assert.ok(done(), `it did not come to it: ${what}`);
    },
  };
}

supervisedCellsContract("local", localBench);

spec("a child that does not even end when killed is given up after a second, and said to be lost", () => {
  const frames: string[] = [];
  const post = (frame: Frame) => {
    frames.push(frame.kind === "exit" ? `exit ${frame.reason}` : frame.kind);
    return true;
  };
  // A process of a cell that takes everything and does nothing.
  const wire = { board: "bench", cell: "elsewhere", incarnation: 1, number: 5, key: "k" };
  const b = supervise({
    templates: { elsewhere: () => importPid(wire) },
    children: [{ id: "a", start: (self) => self.spawn(misbehaving.idles, []) }],
  });
  b.cell.peerUp("elsewhere", { incarnation: 1, post });
  b.ask((self, sup) =>
    startChild(self, sup, { id: "gone", shutdownMs: 100, start: { template: "elsewhere" } }),
  );
  b.until(10);
  const result = b.later((self, sup) => terminateChild(self, sup, "gone"));
  b.until(1109);
  assert.equal(b.states(), ["a running", "gone stopping"]);
  b.until(1110);
  assert.equal(result.answer, { ok: true });
  assert.equal(b.states(), ["a running", "gone idle"]);
  assert.equal(b.trace.slice(-2), ["1110 lost gone", "1110 stopped gone: killed"]);
  assert.equal(frames, ["link", "monitor", "exit shutdown", "exit kill", "demonitor", "unlink"]);
  b.end(b.pid, "shutdown");
  b.nothingLeft();
});
