import * as assert from "uvu/assert";
import type { ReloadReply } from "../../deploy/reload/reload-messages.ts";
import type { Change } from "../deploy/demo-board.ts";
import { spec } from "../harness/spec.ts";
import { ReloadableBoard } from "./reloadable-board.ts";

/** Events of the desk, as the trace tells them. */
const isTold = (line: string) => line.includes(" configuration ");

/** What happened beside what the desk told. */
function others(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !isTold(line));
}

function as<K extends ReloadReply["is"]>(reply: ReloadReply, is: K): Extract<ReloadReply, { is: K }> {
  assert.is(reply.is, is, JSON.stringify(reply));
  return reply as Extract<ReloadReply, { is: K }>;
}

/** In service, the heater on by an override, and everything told. */
function heating(board: ReloadableBoard["board"]): void {
  board.set("climate", { temperatureC: 25 });
  board.until(20);
  board.command("heater", { values: { on: true }, override: true, forMs: 600_000 });
  board.until(22);
  assert.is(board.level("heater"), 1);
  board.trace.news();
}

const CALIBRATED: readonly Change[] = [["devices.soil.settings.dryVolts", 3]];

spec("another calibration shows in the next reading; nobody restarts and no line moves", (t) => {
  const reloadable = new ReloadableBoard(t);
  const { board } = reloadable;
  heating(board);
  const before = board.trace.reading("soil.moisture")!.value as number;
  const reply = as(reloadable.reload(CALIBRATED), "applied");
  assert.equal(reply.changes, [{ path: "devices.soil.settings.dryVolts", from: "2.6", to: "3" }]);
  assert.equal([reply.moved, reply.unproven], [["soil"], []]);
  const after = board.trace.reading("soil.moisture")!.value as number;
  assert.ok(after > before + 5, `${before} % became ${after} %`);
  assert.equal(others(board.trace.news()), []);
  assert.is(board.level("heater"), 1);
  assert.is(reloadable.running, reloadable.textWith(...CALIBRATED));
});

spec("another period holds at once, and the level of an output and the end of its command stay", (t) => {
  const reloadable = new ReloadableBoard(t);
  const { board } = reloadable;
  heating(board);
  const changes: readonly Change[] = [
    ["devices.heater.every", "250ms"],
    ["devices.heater.maxOverride", "20m"],
    ["devices.climate.every", "500ms"],
    ["devices.climate.publishEvery", "100ms"],
  ];
  const reply = as(reloadable.reload(changes, { trialMs: 3000 }), "applied");
  // The thermostat gives its input three periods, unless the file says otherwise.
  assert.equal(reply.moved, ["climate", "heater"]);
  assert.equal(others(board.trace.news()), []);
  const at = () => board.trace.reading("climate.temperature")!.sampledAtUs;
  const first = at();
  board.for(0.5);
  assert.is(at() - first, 500_000);
  const left = (board.trace.state("heater").override as { remainingMs: number }).remainingMs;
  assert.ok(Math.abs(left - (600_000 - (board.seconds - 20) * 1000)) < 1000, `${left} ms left`);
  board.until(625);
  assert.is(board.level("heater"), 0, "the override ended when it was to end");
});

spec("a setpoint in the file takes the place of one that was commanded, and bounds hold at once", (t) => {
  const reloadable = new ReloadableBoard(t);
  const { board } = reloadable;
  board.set("climate", { temperatureC: 15 });
  board.until(20);
  assert.is(board.level("heater"), 1);
  board.command("thermostat", { values: { setpointC: 12, enabled: true } });
  board.until(21);
  assert.is(board.level("heater"), 0);
  const unchanged = as(reloadable.reload([["controllers.thermostat.settings.bandC", 0.4]]), "applied");
  assert.equal(unchanged.moved, ["thermostat"]);
  assert.is(board.trace.reading("thermostat.setpoint")!.value, 12, "what nobody wrote anew stays");
  board.until(60);
  as(reloadable.reload([["controllers.thermostat.settings.setpointC", 18]]), "applied");
  assert.is(board.trace.reading("thermostat.setpoint")!.value, 18);
  board.for(2);
  assert.is(board.level("heater"), 1, "15 °C is too cold for 18 °C");
  board.crash("thermostat");
  board.for(2);
  assert.is(board.trace.reading("thermostat.setpoint")!.value, 18, "also after a restart");
});

spec("a dose that is under way goes on under another soak time", (t) => {
  const reloadable = new ReloadableBoard(t);
  const { board } = reloadable;
  board.set("soil", { moisturePercent: 60 });
  board.until(20);
  board.set("soil", { moisturePercent: 10 });
  for (let seconds = 0; board.level("pump") === 0; seconds++) {
    assert.ok(seconds < 120, "the pump runs");
    board.for(0.5);
  }
  const onAt = board.seconds;
  board.trace.news();
  as(reloadable.reload([["controllers.irrigation.settings.soak", "2m"]]), "applied");
  assert.equal(others(board.trace.news()), []);
  for (; board.level("pump") === 1; board.for(0.5))
    assert.ok(board.seconds < onAt + 15, "one dose takes 10 s");
  assert.ok(board.seconds > onAt + 8, `it ended ${board.seconds - onAt} s after it began`);
});

spec("what is the guardian's needs a restart: it is named, and what could go live does not go alone", (t) => {
  const reloadable = new ReloadableBoard(t);
  const { board } = reloadable;
  heating(board);
  const before = reloadable.running;
  const reply = as(
    reloadable.reload([
      ["devices.heater.lease", "3s"],
      ["devices.fan.settings.frequency", "20kHz"],
      ["devices.climate.every", "500ms"],
      ["devices.led", undefined],
    ]),
    "needsRestart",
  );
  const fixed = reply.changes.filter(({ restart }) => restart !== undefined).map(({ path }) => path);
  assert.equal(fixed, ["devices.heater.lease", "devices.fan.settings.frequency", "devices.led"]);
  assert.equal(others(board.trace.news()), []);
  assert.is(reloadable.running, before);
});

spec("a file with a problem changes nothing, and is explained as check explains it", (t) => {
  const reloadable = new ReloadableBoard(t);
  const { board } = reloadable;
  heating(board);
  const before = reloadable.running;
  const wrong = as(reloadable.reload([["devices.climate.evry", "1s"]]), "problems");
  assert.equal(
    wrong.problems.map(({ path, found }) => [path, found]),
    [["devices.climate.evry", "unknown key"]],
  );
  // All of it is right but for the time that it takes.
  const tooMuch = as(
    reloadable.reload([
      ["devices.climate.budget", "190ms"],
      ["devices.climate.every", "200ms"],
    ]),
    "problems",
  );
  assert.ok(tooMuch.problems.length > 0);
  assert.equal(others(board.trace.news()), []);
  assert.is(reloadable.running, before);
});

spec("a dry run only says what would go live", (t) => {
  const reloadable = new ReloadableBoard(t);
  const { board } = reloadable;
  heating(board);
  const before = reloadable.running;
  const reply = as(reloadable.reload(CALIBRATED, { dryRun: true }), "wouldApply");
  assert.equal(reply.moved, ["soil"]);
  assert.equal(board.trace.news(), []);
  assert.is(reloadable.running, before);
  as(reloadable.reload([]), "same");
});

spec("a change under which a chip does not answer is taken back as a whole", (t) => {
  const reloadable = new ReloadableBoard(t);
  const { board } = reloadable;
  heating(board);
  const before = reloadable.running;
  // Between two of its jobs.
  board.until(22.5);
  board.set("soil", { fault: "unplugged" });
  const reply = as(
    reloadable.reload([...CALIBRATED, ["controllers.thermostat.settings.setpointC", 24]]),
    "takenBack",
  );
  assert.equal(
    reply.failures.map(({ id }) => id),
    ["soil"],
  );
  assert.match(reply.failures[0]!.cause, /address_nak/);
  assert.equal(
    reply.lasting.map(({ id }) => id),
    ["soil"],
    "it is unplugged under the old plan, too",
  );
  assert.is(board.trace.reading("thermostat.setpoint")!.value, 21);
  assert.is(reloadable.running, before);
  assert.is(board.level("heater"), 1);
});

spec("a crash during the trial takes the change back; a fault of before does not", (t) => {
  const reloadable = new ReloadableBoard(t);
  const { board } = reloadable;
  heating(board);
  let crashed = false;
  const crash = () => {
    if (!crashed && board.trace.lines.some((line) => isTold(line) && line.includes("tried"))) {
      crashed = true;
      board.crash("soil");
    }
  };
  const reply = as(reloadable.reload(CALIBRATED, { trialMs: 3000 }, crash), "takenBack");
  assert.equal(
    reply.failures.map(({ id }) => id),
    ["soil"],
  );
  board.for(10);
  board.set("soil", { fault: "unplugged" });
  board.for(10);
  as(reloadable.reload(CALIBRATED), "applied");
});

spec("devices that share a cell change in it, and the others notice nothing", (t) => {
  const reloadable = new ReloadableBoard(t, [["placement", "shared"]]);
  const { board } = reloadable;
  heating(board);
  const before = board.trace.reading("soil.moisture")!.value as number;
  const reply = as(
    reloadable.reload([...CALIBRATED, ["controllers.thermostat.settings.setpointC", 24]]),
    "applied",
  );
  assert.equal([reply.moved, reply.unproven], [["soil", "thermostat"], []]);
  assert.is(board.trace.reading("thermostat.setpoint")!.value, 24);
  const after = board.trace.reading("soil.moisture")!.value as number;
  assert.ok(after > before + 5, `${before} % became ${after} %`);
  assert.equal(others(board.trace.news()), []);
  assert.is(board.level("heater"), 1);
});

spec("a device that an operator keeps off has the new plan when it is let up again", (t) => {
  const reloadable = new ReloadableBoard(t);
  const { board } = reloadable;
  heating(board);
  board.order("soil", "off", 60_000);
  board.for(1);
  const before = board.trace.reading("soil.moisture")!.value as number;
  const reply = as(reloadable.reload(CALIBRATED), "applied");
  assert.equal([reply.moved, reply.unproven], [["soil"], []]);
  board.order("soil", "auto");
  board.for(120);
  assert.is(board.trace.mode("soil"), "full");
  const after = board.trace.reading("soil.moisture")!.value as number;
  assert.ok(after > before + 5, `${before} % became ${after} %`);
});

spec("how long a cell of its own may hang follows the hard deadline, of devices and controllers", (t) => {
  const reloadable = new ReloadableBoard(t);
  const { board } = reloadable;
  heating(board);
  const limitUs = (id: string) => board.kernel.cellOf(id)!.hangLimitUs;
  const changes = ["devices.soil", "controllers.thermostat"].map(
    (whose): Change => [`${whose}.hardDeadline`, "900ms"],
  );
  as(reloadable.reload(changes), "applied");
  assert.equal([limitUs("soil"), limitUs("thermostat")], [900_000, 900_000]);
});

spec("a controller beside others does not set how long all of them may hang", (t) => {
  const reloadable = new ReloadableBoard(t, [["placement", "shared"]]);
  const { board } = reloadable;
  heating(board);
  const { name } = board.housing.cellOf("thermostat")!;
  const before = board.kernel.cellOf(name)!.hangLimitUs;
  as(reloadable.reload([["controllers.thermostat.hardDeadline", "900ms"]]), "applied");
  assert.is(board.kernel.cellOf(name)!.hangLimitUs, before);
});
