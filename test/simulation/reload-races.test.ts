/** A configuration is tried while somebody else does something, too. */
import * as assert from "uvu/assert";
import { checkCell } from "../../deploy/reload/check-cell.ts";
import { CHECK_CELL } from "../../deploy/reload/check-messages.ts";
import { RELOAD, type ReloadReply } from "../../deploy/reload/reload-messages.ts";
import type { Body } from "../../runtime/process/cell-contract.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { Change } from "../deploy/demo-board.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { ReloadableBoard } from "./reloadable-board.ts";

const CALIBRATED: readonly Change[] = [["devices.soil.settings.dryVolts", 3]];

const isTold = (line: string) => line.includes(" configuration ");

function as<K extends ReloadReply["is"]>(reply: ReloadReply, is: K): Extract<ReloadReply, { is: K }> {
  assert.is(reply.is, is, JSON.stringify(reply));
  return reply as Extract<ReloadReply, { is: K }>;
}

/** In service, the heater on by an override, and everything told. */
function heating(t: SpecContext) {
  const reloadable = new ReloadableBoard(t);
  const { board } = reloadable;
  board.set("climate", { temperatureC: 25 });
  board.until(20);
  board.command("heater", { values: { on: true }, override: true, forMs: 600_000 });
  board.until(22);
  board.trace.news();
  return { reloadable, board, before: reloadable.running };
}

/** Runs `what` once, as soon as the change is tried. */
function onceTried({ trace }: ReloadableBoard["board"], what: () => void): () => void {
  let done = false;
  return () => {
    if (done || !trace.lines.some((line) => isTold(line) && line.includes("tried"))) return;
    done = true;
    what();
  };
}

spec("what a person commands while the change is tried was written last, and outlasts it", (t) => {
  const { reloadable, board } = heating(t);
  const command = onceTried(board, () => board.command("thermostat", { values: { setpointC: 14 } }));
  const change: Change = ["controllers.thermostat.settings.setpointC", 18];
  as(reloadable.reload([change], { trialMs: 3000 }, command), "applied");
  assert.is(board.trace.reading("thermostat.setpoint")!.value, 14);
  board.crash("thermostat");
  board.for(2);
  assert.is(board.trace.reading("thermostat.setpoint")!.value, 14, "also after a restart");
});

spec(
  "a setpoint that was commanded beyond what the file allows by now counts no more, nor after a restart",
  (t) => {
    const { reloadable, board } = heating(t);
    board.command("thermostat", { values: { setpointC: 27, enabled: true } });
    board.for(1);
    assert.is(board.trace.reading("thermostat.setpoint")!.value, 27);
    as(reloadable.reload([["controllers.thermostat.settings.maxSetpointC", 25]]), "applied");
    assert.is(board.trace.reading("thermostat.setpoint")!.value, 21, "the file's own");
    board.crash("thermostat");
    board.for(2);
    assert.is(board.trace.reading("thermostat.setpoint")!.value, 21);
  },
);

spec("code that goes on trial while the file is checked keeps the configuration as it is", (t) => {
  const { reloadable, board, before } = heating(t);
  let asked = 0;
  reloadable.whyNot = () => (asked++ === 0 ? undefined : "new code of soil is on trial: wait for its end");
  const reply = as(reloadable.reload(CALIBRATED), "refused");
  assert.match(reply.why, "new code of soil is on trial");
  assert.equal(board.trace.news(), []);
  assert.is(reloadable.running, before);
});

spec("what an earlier check says late is no answer to this one", (t) => {
  const { reloadable, board } = heating(t);
  board.kernel.cell.post(RELOAD, { type: "judged", round: 0, changes: [], warnings: [] });
  const reply = as(reloadable.reload(CALIBRATED), "applied");
  assert.equal(reply.moved, ["soil"]);
});

spec(
  "a desk that ends in the middle of a trial leaves nothing half: the next one takes all of it back",
  (t) => {
    const { reloadable, board, before } = heating(t);
    const moisture = () => board.trace.reading("soil.moisture")!.value as number;
    const dry = moisture();
    const end = onceTried(board, () => {
      board.for(3);
      assert.ok(moisture() > dry + 5, "it is tried");
      board.kernel.cell.spawn(function* killer(self: Self) {
        self.exit(self.whereis(RELOAD)!, "killed");
      }, []);
      throw new Error("nobody waits for an answer");
    });
    assert.throws(() => reloadable.reload(CALIBRATED, { trialMs: 20_000 }, end), "nobody waits");
    board.for(10);
    assert.ok(Math.abs(moisture() - dry) < 2, `${dry} % became ${moisture()} %`);
    assert.is(reloadable.running, before);
    assert.is(board.level("heater"), 1);
    assert.match(board.trace.lines.filter(isTold).at(-1)!, "takenBack");
    as(reloadable.reload(CALIBRATED), "applied");
  },
);

spec("a desk that ends while the file is checked leaves no check behind", (t) => {
  let checks = 0;
  const silentAtFirst = function* (...args: Parameters<typeof checkCell>): ProcessGenerator {
    const [self] = args;
    if (++checks === 1) yield* self.sleep(3_600_000);
    yield* checkCell(...args);
  };
  const reloadable = new ReloadableBoard(t, [], { [CHECK_CELL]: silentAtFirst as unknown as Body });
  const { kernel } = reloadable.board;
  const isChecking = () => kernel.cellNames.includes(CHECK_CELL);
  const kill = () => {
    if (!isChecking()) return;
    kernel.cell.spawn(function* killer(self: Self) {
      self.exit(self.whereis(RELOAD)!, "killed");
    }, []);
    throw new Error("nobody waits for an answer");
  };
  assert.throws(() => reloadable.reload(CALIBRATED, {}, kill), "nobody waits");
  reloadable.board.for(1);
  assert.is(isChecking(), false);
  assert.is(checks, 1);
  as(reloadable.reload(CALIBRATED), "applied");
});
