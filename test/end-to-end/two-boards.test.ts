import { equal, is, match, ok } from "uvu/assert";
import { SystemClock } from "../../runtime/time/system-clock.ts";
import { spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import type { Board } from "./board.ts";
import { LEASE_S, PUMP, watering } from "./watering.ts";

const clock = new SystemClock();

/** Seconds from `what` until the pump's line is off, both by the clock of its world, however late that is heard. */
async function offAfterS({ witness }: Board, what: () => unknown, limitMs: number): Promise<number> {
  const mark = witness.mark;
  const fromUs = clock.now();
  await what();
  const { atUs } = await witness.waitFor(PUMP.line, PUMP.off, mark, limitMs);
  return (atUs - fromUs) / 1e6;
}

spec(
  "a pump on another board runs while its controller renews, stops by itself when the link is cut, and runs again after it heals",
  async (t) => {
    const { greenhouse, pumpHouse, gate } = await watering(t);
    const state = await pumpHouse.waitForLast(
      "pump/state",
      "it says whose it is",
      ({ lease }) => lease !== null,
    );
    is(state.ownedBy, "irrigation@greenhouse");
    is((state.lease as { forMs: number }).forMs, LEASE_S * 1000);

    // A person is told whose it is, may switch it off, and give it back.
    let mark = pumpHouse.mark;
    await pumpHouse.command("pump", { on: true });
    match(
      (await pumpHouse.waitForError("pump", mark)).reason,
      /^ownedBy irrigation@greenhouse: send "override": true/,
    );
    await pumpHouse.command("pump", { on: false });
    await pumpHouse.witness.waitUntil(PUMP.line, PUMP.off);
    await pumpHouse.command("pump", { override: false });
    await pumpHouse.witness.waitUntil(PUMP.line, PUMP.on, 10_000);

    mark = pumpHouse.mark;
    const s = await offAfterS(pumpHouse, () => gate.cut(), 2 * LEASE_S * 1000);
    ok(s <= 2 * LEASE_S, `off ${s} s after the cut`);
    const cut = await greenhouse.waitForLast("irrigation/state", "says why", ({ mode }) => mode === "safe");
    match(String(cut.cause), /^pump@pump-house: noconnection: pump-house is out of reach$/);

    gate.heal();
    await pumpHouse.witness.waitUntil(PUMP.line, PUMP.on, 30_000);
    is((await greenhouse.health()).ok, true);
    // Kept for as long as there was no broker. It was not the loss of the link that ended the command, but its time.
    const late = await pumpHouse.waitForEvent("commandExpired", "pump", mark);
    equal([late.level, late.by, late.cause], [0, "irrigation@greenhouse", undefined]);

    // Its process ends while the link is up: nobody has to wait for the lease.
    mark = pumpHouse.mark;
    await greenhouse.world("irrigation", { fault: "crash" });
    const expired = await pumpHouse.waitForEvent("commandExpired", "pump", mark);
    equal([expired.level, expired.by], [0, "irrigation@greenhouse"]);
    match(String(expired.cause), /^it ended: /);
    await pumpHouse.witness.waitUntil(PUMP.line, PUMP.on, 30_000);
    await pumpHouse.stop();
    await greenhouse.stop();
  },
  { limitMs: 180_000 },
);

spec(
  "a pump on another board stops by itself when that board loses its power, and its own board goes on",
  async (t) => {
    const { greenhouse, pumpHouse } = await watering(t);
    const s = await offAfterS(pumpHouse, () => greenhouse.discard(), 2 * LEASE_S * 1000);
    ok(s <= 2 * LEASE_S, `off ${s} s after the other board died`);
    is((await pumpHouse.health()).ok, true, "its own devices are in service");
    await until("nothing of the other board is left", async () => {
      const { peers } = (await pumpHouse.health()).links as { peers: { up: boolean }[] };
      return peers.every(({ up }) => !up);
    });
    is(await pumpHouse.witness.level(PUMP.line), PUMP.off);
    await pumpHouse.stop();
  },
  { limitMs: 120_000 },
);

spec(
  "a controller follows a reading of another board, trusts it while it is young, and says why it stops",
  async (t) => {
    const { greenhouse, pumpHouse, gate } = await watering(t, ({ greenhouse, pumpHouse }) => {
      // The irrigation stands beside the pump, and looks at the soil over there.
      const { irrigation, ...controllers } = greenhouse.controllers;
      pumpHouse.controllers = {
        irrigation: { ...irrigation, input: "soil.moisture@greenhouse", output: "pump", maxAge: "9s" },
      };
      greenhouse.controllers = controllers;
      greenhouse.links.boards = { "pump-house": { read: ["soil"] } };
      pumpHouse.links.boards = ["greenhouse"];
    });
    const mark = pumpHouse.mark;
    const s = await offAfterS(pumpHouse, () => gate.cut(), 10_000);
    // Measured each two seconds: the last sample was about that old when the cut came. The rest is for a machine that is shared.
    ok(s >= 3 && s <= 15, `off ${s} s after the cut`);
    gate.heal();
    // It may be up again before this process hears that it was not.
    const safe = await pumpHouse.waitForSaid(
      "irrigation/state",
      "it went safe",
      mark,
      ({ why }) => why !== null,
      10_000,
    );
    equal(safe.why, {
      ...{ kind: "input", device: "soil@greenhouse", reading: "moisture" },
      reason: "noconnection: greenhouse is out of reach",
    });
    await pumpHouse.witness.waitUntil(PUMP.line, PUMP.on, 30_000);
    await greenhouse.world("soil", { moisturePercent: 90 });
    await pumpHouse.witness.waitUntil(PUMP.line, PUMP.off, 10_000);
    await pumpHouse.stop();
    await greenhouse.stop();
  },
  { limitMs: 120_000 },
);
