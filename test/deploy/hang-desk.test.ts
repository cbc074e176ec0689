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
      endCell: (cell, incarnation, cause, culprit) =>
        trace.push(`end ${cell}.${incarnation}: ${cause}, for ${culprit}`),
      interrupt: async (cell, incarnation, limitMs) => {
        trace.push(`ask ${cell}.${incarnation}, ${limitMs} ms`);
        return code;
      },
    },
    tell: (event) => trace.push(event),
    deviceAt: (cell, process) => (cell === "shared:outputs" ? `device ${process}` : cell),
    waitsFor: (device, what) => `${device}'s bus ${what}`,
  });
  return { hangs, trace };
}

spec("a hung cell is asked what it does, ended, and told of with its stack", async () => {
  const { hangs, trace } = desk({ atUs: 3300, stack: "at f", collectorUs: 0 });
  await hangs.found(finding, 1000);
  const about = { lateUs: 300, workedUs: 2500, process: 4, collectorUs: 0, stack: "at f" };
  assert.equal(trace, [
    "ask pump.2, 50 ms",
    "end pump.2: hung, for 4",
    { kind: "hung", device: "pump", hardDeadlineUs: 1000, ...about },
  ]);
  assert.is(hangs.take("pump", 1), undefined, "that was another life");
  assert.equal(hangs.take("pump", 2), { incarnation: 2, process: 4, verdict: { cause: "hung", ...about } });
  assert.is(hangs.take("pump", 2), undefined, "once");
});

spec("a cell that the collector kept is ended for that", async () => {
  const { hangs, trace } = desk({ atUs: 3300, stack: "at f", collectorUs: 2300 });
  await hangs.found(finding, 1000);
  assert.is(trace[1], "end pump.2: garbageCollection, for 4");
});

spec("a cell whose thread does not tell is ended all the same", async () => {
  const { hangs, trace } = desk();
  await hangs.found({ ...finding, cause: "late", asleep: true }, 1000);
  assert.is(trace[1], "end pump.2: late, for 0");
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
  assert.equal(trace, ["end pump.2: outOfMemory, for 4"]);
  assert.equal(hangs.take("pump", 2), { incarnation: 2, process: 4 });
});

spec("in a cell of several the one is named that hung, or that kept the late one waiting", async () => {
  const { hangs, trace } = desk();
  const cell = "shared:outputs";
  await hangs.found({ ...finding, cell }, 1000);
  await hangs.found({ ...finding, cell, incarnation: 3, cause: "late", behind: 7 }, 1000);
  await hangs.found({ ...finding, cell, incarnation: 4, cause: "late", withoutCoreUs: 900 }, 1000);
  await hangs.found({ ...finding, cell, incarnation: 5, cause: "blocked", waitsFor: 3 }, 1000);
  const words = (told: unknown) => {
    if (typeof told === "string") return told;
    const { kind, device, by = "" } = told as Readonly<Record<string, string>>;
    return `${kind}: ${device} ${by}`.trim();
  };
  assert.equal(trace.map(words), [
    "ask shared:outputs.2, 50 ms",
    "end shared:outputs.2: hung, for 4",
    "hung: device 4",
    "ask shared:outputs.3, 50 ms",
    "end shared:outputs.3: late, for 7",
    "late: device 7",
    "ask shared:outputs.4, 50 ms",
    "end shared:outputs.4: late, for 0",
    "late: device 4",
    "blocked: device 4 device 4's bus 3",
  ]);
});
