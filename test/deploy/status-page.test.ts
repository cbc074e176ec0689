import * as assert from "uvu/assert";
import { boardViews, statusPage } from "../../deploy/cli/status.ts";
import { spec } from "../harness/spec.ts";

const topics = new Map<string, Readonly<Record<string, unknown>>>([
  [
    "pump-house/status",
    {
      state: "offline",
      version: "0.1.0",
      hardware: "linux",
      boot: { cause: "watchdog", watchdogBoots: 3 },
      alarm: "outputs stay at their safe levels",
    },
  ],
  [
    "greenhouse/status",
    {
      state: "online",
      version: "0.2.0",
      hardware: "emulated",
      incarnation: 4,
      lastEnd: { what: "guardian", cause: "the guardian ended, and the runtime with it", crashes: 2 },
      update: { state: "reverted", version: "0.3.0", reason: "climate did not come up" },
    },
  ],
  ["greenhouse/climate/state", { mode: "full", cause: null }],
  ["greenhouse/pump/state", { mode: "safe", cause: "no valid moisture" }],
  ["greenhouse/status/links", { peers: { shed: { up: true }, "pump-house": { up: false } } }],
  ["greenhouse/climate/temperature", { value: 21, state: "no state" }],
]);

spec("a page has a line for each board, and says what is wrong with which", () => {
  assert.equal(statusPage(boardViews(topics), false), [
    "greenhouse  online   0.2.0 EMULATED  1 of 2 full                  linked with shed",
    "pump-house  offline           0.1.0               up by watchdog",
    "",
    "greenhouse: before it started: the guardian ended, and the runtime with it; crashes in that life: 2 (holdfast logs greenhouse --crashes)",
    "greenhouse: update to 0.3.0: reverted: climate did not come up",
    "greenhouse: no link with pump-house",
    "greenhouse: pump is in mode safe: no valid moisture",
    "pump-house: it is away: what follows is what it said last",
    "pump-house: ALARM: outputs stay at their safe levels",
    "pump-house: its watchdog has reset it 3 times within an hour",
  ]);
});

spec("crashes of a board on this machine are asked for here, not over ssh", () => {
  const told = (here: boolean) =>
    statusPage(boardViews(topics), here).find((line) => line.includes("crashes"));
  assert.match(told(true)!, /\(holdfast logs --crashes --board greenhouse\)$/);
  assert.match(told(false)!, /\(holdfast logs greenhouse --crashes\)$/);
});

spec("a board that says next to nothing, or nonsense, is shown as far as it can be", () => {
  const [view] = boardViews(
    new Map([["odd/status", { state: "online", boot: "?", update: 7, alarm: { a: 1 }, version: 3 }]]),
  );
  assert.equal(view, {
    board: "odd",
    state: "online",
    version: null,
    hardware: null,
    incarnation: null,
    boot: null,
    watchdogBoots: 0,
    alarm: null,
    lastEnd: null,
    update: null,
    below: [],
    devices: 0,
    linked: [],
    apart: [],
  });
  assert.equal(statusPage([view!], true), ["odd  online    0 of 0 full"]);
  assert.match(statusPage([{ ...view!, boot: "first" }], true)[0]!, /up for the first time$/);
});
