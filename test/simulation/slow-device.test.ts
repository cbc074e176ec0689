import * as assert from "uvu/assert";
import type { DeviceResources } from "../../devices/handler/cells.ts";
import type { DevicePlan, Start } from "../../devices/handler/device-plan.ts";
import { deviceProcess } from "../../devices/handler/device-process.ts";
import type { DeviceMessage } from "../../devices/handler/messages.ts";
import type { DeviceTask, TaskSteps, Waiter } from "../../devices/handler/task.ts";
import type { Body } from "../../runtime/process/cell-contract.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { JobTiming } from "../../runtime/time/job.ts";
import type { Change } from "../deploy/demo-board.ts";
import { spec } from "../harness/spec.ts";
import { SimulatedBoard } from "./simulated-board.ts";

/** The light sensor: every second, due after 400 ms, hung after 1 s. */
const LIGHT = "devices.light";

/** The light sensor with another driver, which says 1 lx. */
function lightThat(works: (self: Waiter) => TaskSteps<void>): Readonly<Record<string, Body>> {
  const task: DeviceTask = {
    *start() {},
    *sample(self) {
      yield* works(self);
      return [{ reading: "illuminance", value: 1 }];
    },
  };
  return {
    light: function* light(
      self: Self<DeviceMessage>,
      plan: DevicePlan,
      start: Start,
      keeper: Pid,
    ): ProcessGenerator {
      yield* deviceProcess(self, plan, start, keeper, task, (self.resources as DeviceResources).hardware);
    } as unknown as Body,
  };
}

/** A board whose light sensor is slow between the seconds 10 and 14, and what was told of it, up to second 60. */
function board(takesMs: number, ...changes: Change[]): { board: SimulatedBoard; news: string[] } {
  const bodies = lightThat(function* (self) {
    const second = Math.round(self.nowUs() / 1e6);
    yield* self.sleep(second >= 10 && second < 14 ? takesMs : 120);
  });
  const board = new SimulatedBoard({ changes, bodies, journal: true });
  board.until(9.5);
  board.trace.news();
  board.until(60);
  const news = board.trace.news().filter((line) => line.includes(" light"));
  return { board, news };
}

/** The last timing report of a job. */
function timing(board: SimulatedBoard, job: string): JobTiming & { endToEndUs?: { p50: number } } {
  const line = board.trace.journal.findLast((entry) => entry.includes(`"timing","job":"${job}"`));
  return JSON.parse(line!.slice(line!.indexOf("{"))).timing;
}

spec(
  "count: a late job is counted, and what came meanwhile is worked at once while it can be in time",
  () => {
    const { board: slow, news } = board(1300, [`${LIGHT}.onMiss`, "count"], [`${LIGHT}.hardDeadline`, "2s"]);
    assert.equal(news, [
      '11.300 light miss job="light" misses=1',
      // The release of second 11 was worked at 11.3, and was late as well; that of 12 was then too old.
      '12.600 light miss job="light" misses=3 skipped=1',
      '14.300 light miss job="light" misses=4',
      // Well again, but begun 300 ms late: 20 ms too much.
      '14.420 light miss job="light" misses=5',
    ]);
    assert.equal(
      [timing(slow, "light").misses, timing(slow, "light").skipped, slow.trace.mode("light")],
      [5, 1, "full"],
    );
  },
);

spec("skip, the default: after a late job the next one begins at the next release, on the grid", () => {
  const { board: slow, news } = board(1300, [`${LIGHT}.hardDeadline`, "2s"]);
  assert.equal(news, [
    '11.300 light miss job="light" misses=2 skipped=1',
    '13.300 light miss job="light" misses=4 skipped=1',
  ]);
  const { count, skipped, aborted, worst, kind, periodUs } = timing(slow, "light");
  assert.equal([count + skipped, aborted, kind, periodUs], [59, 0, "periodic", 1_000_000], "second 0 to 58");
  assert.equal(worst, { responseUs: 1_300_000, latenessUs: 0, atUs: 11_300_000 });
  assert.is(slow.trace.mode("light"), "full");
});

spec(
  "abort: a wait ends at the hard deadline, and as a fault of the device it costs a mode after three",
  () => {
    const { board: slow, news } = board(
      5000,
      [`${LIGHT}.onMiss`, "abort"],
      [`${LIGHT}.hardDeadline`, "800ms"],
    );
    const why = "aborted at its hard deadline of 800ms";
    assert.equal(news, [
      "10.800 light.illuminance bad",
      '10.800 light miss job="light" misses=1 aborted=true',
      '11.800 light miss job="light" misses=2 aborted=true',
      `12.800 light mode reduced: ${why}`,
      '12.800 light miss job="light" misses=3 aborted=true',
      // In `reduced` it is asked each five seconds, beginning at once.
      '13.600 light miss job="light" misses=1 aborted=true',
      "17.920 light.illuminance good",
      "47.920 light mode full: probation passed",
    ]);
    assert.is(slow.trace.state("light").cause, null);
    assert.is(slow.trace.state("light").restarts ?? 0, 0, "nothing has hung: it waited");
  },
);

spec("descend: too many misses in a number of jobs cost a mode, a single one does not", () => {
  const { board: slow, news } = board(
    600,
    [`${LIGHT}.onMiss`, { descend: { misses: 3, of: 10 } }],
    [`${LIGHT}.modes`, { reduced: { every: "2s", deadline: "700ms" } }],
  );
  assert.equal(news, [
    '10.600 light miss job="light" misses=1',
    '11.600 light miss job="light" misses=2',
    '12.600 light miss job="light" misses=3',
    "12.600 light mode reduced: 3 of 10 jobs were late",
    // There it has 700 ms, which is enough, and after its probation it may climb.
    "44.720 light mode full: probation passed",
  ]);
  assert.is(slow.trace.mode("light"), "full");
});

spec("descend: fewer misses than the rule allows change nothing", () => {
  const { board: slow, news } = board(600, [`${LIGHT}.onMiss`, { descend: { misses: 5, of: 10 } }]);
  assert.is(news.length, 4);
  assert.is(slow.trace.mode("light"), "full");
});

spec("a job over its budget is told, once in two seconds at most, and changes no mode", () => {
  let busyMs = 5;
  const bodies = lightThat(function* (self) {
    yield* self.sleep(120);
    board.clock.advanceTo(board.clock.now() + busyMs * 1000);
  });
  const board = new SimulatedBoard({ changes: [[`${LIGHT}.budget`, "5ms"]], bodies, journal: true });
  board.until(9.5);
  board.trace.news();
  busyMs = 6;
  board.until(14.5);
  busyMs = 5;
  board.until(20);
  const event = 'light overBudget job="light" budgetUs=5000 measuredUs=6000';
  const news = board.trace.news().filter((line) => line.includes(" light"));
  assert.equal(news, [`10.126 ${event}`, `12.126 ${event}`, `14.126 ${event}`]);
  const { overBudget, budgetUs, misses, executionUs } = timing(board, "light");
  assert.equal([overBudget, budgetUs, misses, executionUs.max], [5, 5000, 0, 6000]);
});

spec("a bus that stretches its clock costs time, but no budget: the thread waits for its answers", () => {
  const board = new SimulatedBoard({ changes: [["devices.climate.budget", "1ms"]], journal: true });
  board.until(10.5);
  board.world.buses["i2c-1"]!.setFault(0x76, { kind: "slow", ms: 10 });
  board.until(20);
  const { overBudget, executionUs, responseUs } = timing(board, "climate");
  assert.equal([overBudget, executionUs.max], [0, 0]);
  assert.ok(responseUs.max > 39_000, `${responseUs.max} us`);
});

spec("with abort a bus answer is waited for until shortly before the hard deadline", () => {
  const board = new SimulatedBoard({
    changes: [
      ["devices.climate.onMiss", "abort"],
      ["devices.climate.hardDeadline", "300ms"],
    ],
  });
  board.until(10.5);
  board.trace.news();
  board.world.buses["i2c-1"]!.setFault(0x76, { kind: "slow", ms: 160 });
  board.until(11.5);
  const news = board.trace.news().filter((line) => / climate (mode|miss)/.test(line));
  assert.equal(news, ['11.329 climate miss job="climate" misses=1 aborted=true']);
  assert.is(
    board.trace.state("climate").cause,
    "aborted at its hard deadline of 300ms (timeout at i2c-1 0x76)",
  );
});

spec("a controller that misses too often commands off for a while, and then acts again", () => {
  const board = new SimulatedBoard({
    changes: [["controllers.thermostat.onMiss", { descend: { misses: 2, of: 4 } }]],
  });
  board.until(20);
  assert.is(board.level("heater"), 1, "18 °C: it heats");
  board.trace.news();
  // The thread of the board stands still for two and a half seconds.
  board.clock.advanceTo(22.5e6);
  board.until(23);
  const news = board.trace.news().filter((line) => line.includes("thermostat"));
  assert.equal(news, [
    '22.500 thermostat miss job="thermostat" misses=2 skipped=1',
    "22.500 thermostat mode safe: 2 of 4 jobs were late",
  ]);
  assert.is(board.level("heater"), 0);
  board.until(31);
  assert.is(board.level("heater"), 0, "its probation is not over");
  board.until(45);
  assert.is(board.trace.mode("thermostat"), "full");
  assert.is(board.level("heater"), 1);
});

spec("jobs with different phases keep apart, whenever they begin", () => {
  const board = new SimulatedBoard({
    changes: [
      ["devices.heater.phase", "100ms"],
      ["devices.pump.phase", "350ms"],
      // Every reading is told.
      ["devices.heater.publishEvery", "500ms"],
      ["devices.pump.publishEvery", "500ms"],
    ],
    journal: true,
  });
  board.until(10);
  board.crash("pump");
  board.until(20);
  for (const [device, phaseMs] of [
    ["heater", 100],
    ["pump", 350],
  ] as const) {
    const samples = board.trace.journal
      .filter((line) => line.includes(`"reading","device":"${device}"`))
      .map((line) => JSON.parse(line.slice(line.indexOf("{"))).sampledAtUs as number)
      .filter((us) => us > 12e6);
    assert.ok(samples.length > 10);
    const off = samples.filter((us) => (us / 1000) % 500 !== phaseMs);
    // A level that a command changed is read back at once, between the jobs.
    assert.ok(off.length <= 2, `${device}: ${off}`);
  }
});
