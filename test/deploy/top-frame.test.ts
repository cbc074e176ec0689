import * as assert from "uvu/assert";
import type { Overview } from "../../deploy/board/overview.ts";
import { type FrameState, topFrame } from "../../deploy/cli/top-frame.ts";
import { cellRows, jobRows } from "../../deploy/cli/top-rows.ts";
import { spec } from "../harness/spec.ts";
import { anOverview, job, quantilesOf } from "./an-overview.ts";

const endless = { columns: Number.POSITIVE_INFINITY, rows: Number.POSITIVE_INFINITY };
/** A second apart: the pump ran for 123 ms of it. */
const now: Overview = { ...anOverview(), links: null };
const before: Overview = { ...anOverview({ atUs: 8_000_000, ranUs: 127_000 }), links: null };

function frame(state: Partial<FrameState> = {}, size = endless) {
  return topFrame({ now, before: undefined, sort: "late", view: "both", skip: 0, ...state }, size);
}

function texts(state: Partial<FrameState> = {}, size = endless): readonly string[] {
  return frame(state, size).map(({ text }) => text);
}

spec("a frame without an end is all there is to tell, and nothing of keys", () => {
  assert.equal(texts(), [
    "greenhouse  emulated, version 1.2.3, up 1h2m, incarnation 2, broker live",
    "1 full, 1 safe; restarts 2, misses 3; all cells - of a core",
    "",
    "job      mode  every  late  late99  worst  run99  budget  miss  rest  cause",
    "pump     full  500ms  90us   900us  900us  1.1ms    110%     3     2",
    "climate  safe     1s  50us    70us   70us  1.1ms             0     0  bme280 at 0x76: address_nak",
    "",
    "cell     used  waited  heap     of  buffers  procs  timers  rest  state",
    "climate                                                        0  no answer: process 1 runs, 200ms past its limit",
    "kernel                 7.5M  24.0M     3.0M      3       2     0  event",
    "pump                   7.5M  24.0M     3.0M      3       2     2  blocking",
  ]);
});

spec("links with other boards take one line, which is set off when one is down", () => {
  const { links } = anOverview();
  const lineOf = (peers: typeof links) => frame({ now: { ...now, links: peers } })[2]!;
  assert.equal(lineOf(links), { text: "links  shed DOWN, pumphouse 2ms", tone: "warn" });
  const up = { ...links!, peers: links!.peers.slice(0, 1) };
  assert.equal(lineOf(up), { text: "links  pumphouse 2ms", tone: "plain" });
  assert.is(lineOf({ ...links!, peers: [] }).text, "");
});

spec("in a terminal of 80 by 24 nothing is wider or longer, and the last line tells the keys", () => {
  const lines = texts({ before }, { columns: 80, rows: 24 });
  assert.is(lines.length, 24);
  for (const line of lines) assert.ok(line.length <= 80, line);
  assert.equal(lines.slice(3, 6), [
    "job      mode  late  late99  worst  run99  budget  miss  rest  cause",
    "pump     full  90us   900us  900us  1.1ms    110%     3     2",
    "climate  safe  50us    70us   70us  1.1ms             0     0  bme280 at 0x76: …",
  ]);
  assert.is(lines[23], "sort: name [late] worst run budget misses re(s)tarts < >  tab: view  q: quit");
  assert.is(lines[11], "");
});

spec("what is not as it should be is set off: a lower mode, more than its budget, a silent cell", () => {
  const toned = frame().map(({ text, tone }) => `${text.split(" ")[0]} ${tone}`);
  assert.equal(toned.slice(3), [
    "job head",
    "pump warn",
    "climate warn",
    " plain",
    "cell head",
    "climate bad",
    "kernel plain",
    "pump plain",
  ]);
});

spec("the share of a core is what a thread ran between two answers of the same life", () => {
  const rowOf = (earlier: Overview | undefined) =>
    cellRows(now, earlier, "late").find(({ cell }) => cell.cell === "pump");
  assert.is(rowOf(before)?.used, 0.123);
  assert.is(rowOf(before)?.waited, 0);
  assert.is(rowOf(undefined)?.used, undefined);
  assert.is(rowOf({ ...before, cells: null })?.used, undefined);
  const otherLife = before.cells!.map((cell) => ({ ...cell, incarnation: 9 }));
  assert.is(rowOf({ ...before, cells: otherLife })?.used, undefined);
  const text = texts({ before });
  assert.ok(text[1]!.endsWith("all cells 12% of a core"), text[1]);
  assert.ok(
    text.some((line) => /^pump +12% +0\.0% +7\.5M/.test(line)),
    text.join("\n"),
  );
});

spec("jobs stand in the order that was asked for, equal ones by name", () => {
  const jobs = [
    job("a", { misses: 1, latenessUs: quantilesOf(5), executionUs: quantilesOf(900) }),
    job("b", { misses: 9, latenessUs: quantilesOf(700), executionUs: quantilesOf(20), budgetUs: 10 }),
    job("c", { misses: 1, latenessUs: quantilesOf(30), executionUs: quantilesOf(20) }),
  ];
  const devices = jobs.map(({ job: id, misses }, at) => ({ ...now.devices[0]!, id, misses, restarts: at }));
  const order = (sort: Parameters<typeof jobRows>[1]) =>
    jobRows({ ...now, devices, jobs }, sort)
      .map(({ name }) => name)
      .join("");
  assert.equal((["name", "late", "worst", "run", "budget", "misses", "restarts"] as const).map(order), [
    "abc",
    "bca",
    "bca",
    "abc",
    "bac",
    "bac",
    "cba",
  ]);
});

spec("a report that is old tells no times, and a device without a job none either", () => {
  const old = { ...now, jobs: [job("pump", { ageMs: 11_501, misses: 3 })] };
  const times = (of: Overview, name: string) => {
    const { lateUs, late99Us, worstUs, run99Us, misses } = jobRows(of, "name").find(
      (row) => row.name === name,
    )!;
    return [lateUs, late99Us, worstUs, run99Us, misses];
  };
  const none = [undefined, undefined, undefined, undefined];
  assert.equal(times(old, "pump"), [...none, 3]);
  assert.equal(
    times({ ...now, jobs: [job("pump", { ageMs: 11_500, misses: 3 })] }, "pump"),
    [90, 900, 900, 1100, 3],
  );
  assert.equal(times(old, "climate"), [...none, 0]);
  const quiet = job("pump", { latenessUs: quantilesOf(), executionUs: quantilesOf() });
  assert.equal(
    times({ ...now, jobs: [quiet] }, "pump"),
    [...none, 0],
    "nothing was measured in the last minute",
  );
});

spec("a job that belongs to no device is not hidden", () => {
  const rows = jobRows({ ...now, jobs: [...now.jobs, job("stray")] }, "name");
  assert.equal(
    rows.map(({ name, mode }) => [name, mode]),
    [
      ["climate", "safe"],
      ["pump", "full"],
      ["stray", ""],
    ],
  );
});

/** Twenty devices with a job and a cell each. */
function crowd(): Overview {
  const names = Array.from({ length: 20 }, (_, at) => `device-${String(at + 1).padStart(2, "0")}`);
  return {
    ...now,
    devices: names.map((id) => ({ ...now.devices[1]!, id })),
    jobs: names.map((name) => job(name)),
    cells: names.map((name) => ({ ...now.cells![0]!, cell: name })),
  };
}

spec("where room is short both tables get their share, the head says which rows, and one can go on", () => {
  const size = { columns: 80, rows: 24 };
  const lines = texts({ now: crowd(), sort: "name" }, size);
  assert.is(lines.length, 24);
  const [jobs, cells] = [
    lines.findIndex((line) => line.startsWith("job")),
    lines.findIndex((line) => line.startsWith("cell")),
  ];
  assert.ok(lines[jobs]!.endsWith(" 1-8 of 20") && lines[jobs]!.length <= 80, lines[jobs]);
  assert.ok(lines[cells]!.endsWith(" 1-9 of 20"), lines[cells]);
  assert.ok(lines[jobs + 1]!.startsWith("device-01") && lines[cells - 2]!.startsWith("device-08"));
  const further = texts({ now: crowd(), sort: "name", skip: 5 }, size);
  assert.ok(further[jobs + 1]!.startsWith("device-06") && further[cells + 1]!.startsWith("device-01"));
  const last = texts({ now: crowd(), sort: "name", skip: 99 }, size);
  assert.ok(last[jobs]!.endsWith("13-20 of 20") && last[cells - 2]!.startsWith("device-20"));
});

spec("a view of one table has all the room, and a terminal without room is no defect", () => {
  const jobs = texts({ now: crowd(), view: "jobs" }, { columns: 80, rows: 24 });
  assert.is(jobs.filter((line) => line.startsWith("device-")).length, 19);
  assert.ok(!jobs.some((line) => line.startsWith("cell")));
  const cells = texts({ now: crowd(), view: "cells" }, { columns: 80, rows: 40 });
  assert.is(cells.filter((line) => line.startsWith("device-")).length, 20);
  for (const rows of [1, 2, 5, 7]) {
    for (const columns of [1, 20]) {
      const lines = texts({ now: crowd() }, { columns, rows });
      assert.ok(
        lines.every((line) => line.length <= Math.max(columns, 1)),
        `${columns} by ${rows}`,
      );
    }
  }
});

spec("a board that does not answer any more is told of as it was, and that it was", () => {
  const [, , silent] = frame({ silentMs: 12_345 });
  assert.equal(silent, { text: "no answer since 12s: this is how it was", tone: "bad" });
});

spec("without an inspector there are no cells, and that is said", () => {
  assert.is(texts({ now: { ...now, cells: null } }).at(-1), "cells: the board's inspector does not answer");
  assert.is(
    texts({ now: { ...now, devices: [], jobs: [] } })[1],
    "no devices; restarts 0, misses 0; all cells - of a core",
  );
});
