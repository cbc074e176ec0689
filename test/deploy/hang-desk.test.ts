import * as assert from "uvu/assert";
import { HangDesk } from "../../deploy/board/hang-desk.ts";
import type { InterruptedCode } from "../../runtime/cell/interrupted-code.ts";
import type { Finding } from "../../runtime/watchdog/finding.ts";
import { spec } from "../harness/spec.ts";

const finding: Finding = {
  cause: "hung",
  cell: "pump",
  incarnation: 2,
  lateUs: 300,
  workedUs: 2500,
  process: 4,
};

function desk(code?: InterruptedCode) {
  const trace: unknown[] = [];
  const hangs = new HangDesk({
    kernel: {
      endCell: (cell, incarnation, cause) => trace.push(`end ${cell}.${incarnation}: ${cause}`),
      interrupt: async (cell, incarnation, limitMs) => {
        trace.push(`ask ${cell}.${incarnation}, ${limitMs} ms`);
        return code;
      },
    },
    tell: (event) => trace.push(event),
    waitsFor: (cell, what) => `${cell}'s bus ${what}`,
  });
  return { hangs, trace };
}

spec("a hung cell is asked what it does, ended, and told of with its stack", async () => {
  const { hangs, trace } = desk({ atUs: 3300, stack: "at f", collectorUs: 0 });
  await hangs.found(finding, 1000);
  const about = { lateUs: 300, workedUs: 2500, process: 4, collectorUs: 0, stack: "at f" };
  assert.equal(trace, [
    "ask pump.2, 50 ms",
    "end pump.2: hung",
    { kind: "hung", device: "pump", hardDeadlineUs: 1000, ...about },
  ]);
  assert.is(hangs.take("pump", 1), undefined, "that was another life");
  assert.equal(hangs.take("pump", 2), { incarnation: 2, process: 4, verdict: { cause: "hung", ...about } });
  assert.is(hangs.take("pump", 2), undefined, "once");
});

spec("a cell that the collector kept is ended for that", async () => {
  const { hangs, trace } = desk({ atUs: 3300, stack: "at f", collectorUs: 2300 });
  await hangs.found(finding, 1000);
  assert.is(trace[1], "end pump.2: garbageCollection");
});

spec("a cell whose thread does not tell is ended all the same", async () => {
  const { hangs, trace } = desk();
  await hangs.found({ ...finding, cause: "late", asleep: true }, 1000);
  assert.is(trace[1], "end pump.2: late");
  assert.is((trace[2] as { stack: null }).stack, null);
});

spec("a blocked cell goes on, and who keeps it is named", async () => {
  const { hangs, trace } = desk();
  await hangs.found({ ...finding, cause: "blocked", waitsFor: 3 }, 1000);
  const event = { kind: "blocked", device: "pump", by: "pump's bus 3", lateUs: 300, hardDeadlineUs: 1000 };
  assert.equal(trace, [event]);
  assert.is(hangs.take("pump", 2), undefined);
});

spec("a cell with too much memory is ended at once", async () => {
  const { hangs, trace } = desk();
  await hangs.found({ ...finding, cause: "outOfMemory", lateUs: 0 }, 1000);
  assert.equal(trace, ["end pump.2: outOfMemory"]);
  assert.equal(hangs.take("pump", 2), { incarnation: 2, process: 4 });
});
