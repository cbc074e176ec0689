import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { equal, is, match, ok } from "uvu/assert";
import { TcpGate } from "../../deploy/demo/tcp-gate.ts";
import { makeLinkSecret } from "../../deploy/links/link-secret.ts";
import { type SpecContext, spec } from "../harness/spec.ts";
import { until } from "../harness/until.ts";
import { type Board, repository, startBoard } from "./board.ts";

/** The pump is on when its line is low. */
const PUMP = { line: "GPIO6", on: 0, off: 1 };
const LEASE_S = 5;
const LINKS = { heartbeat: "500ms", lost: "2s", lease: `${LEASE_S}s` };

/** The configuration of the demo with shorter times, and a pump that is wanted for as long as it may be. */
function configOf(id: string, secretFile: string): string {
  const config = JSON.parse(readFileSync(join(repository, "deploy/demo", `${id}.json`), "utf8"));
  config.links = { ...config.links, ...LINKS, secretFile };
  if (id === "greenhouse") {
    config.controllers.irrigation.settings = {
      ...config.controllers.irrigation.settings,
      onFor: "110s",
      soak: "1s",
    };
    config.controllers.irrigation.probation = "1s";
  }
  return JSON.stringify(config);
}

/** Both boards of the demo, linked through a gate that the test cuts, with the pump running. */
async function watering(t: SpecContext): Promise<{ greenhouse: Board; pumpHouse: Board; gate: TcpGate }> {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-two-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const secret = join(folder, "links.key");
  makeLinkSecret(secret);
  const greenhouse = await startBoard(t, { config: configOf("greenhouse", secret) });
  const gate = new TcpGate(greenhouse.mqttPort);
  await gate.open();
  t.defer(() => gate.close());
  const broker = `mqtt://127.0.0.1:${gate.port}`;
  const pumpHouse = await startBoard(t, { id: "pump-house", config: configOf("pump-house", secret), broker });
  // It hears past the gate what is said on the broker.
  pumpHouse.mqtt = greenhouse.mqtt;
  await greenhouse.world("soil", { moisturePercent: 20 });
  await pumpHouse.witness.waitUntil(PUMP.line, PUMP.on, 30_000);
  return { greenhouse, pumpHouse, gate };
}

/** Seconds from `fromMs` until the pump's line was off, as its world saw it. */
async function offAfterS({ witness }: Board, fromMs: number, limitMs: number): Promise<number> {
  await witness.waitUntil(PUMP.line, PUMP.off, limitMs);
  return (performance.now() - fromMs) / 1000;
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
    ok((state.lease as { remainingMs: number }).remainingMs <= LEASE_S * 1000);

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

    const cutMs = performance.now();
    gate.cut();
    const s = await offAfterS(pumpHouse, cutMs, 2 * LEASE_S * 1000);
    // A command a second: the last one came at most that long before the cut. One second for a machine that is shared.
    ok(s >= LEASE_S - 1.5 && s <= LEASE_S + 1, `off ${s} s after the cut`);
    const cut = await greenhouse.waitForLast("irrigation/state", "says why", ({ mode }) => mode === "safe");
    match(String(cut.cause), /^pump@pump-house: noconnection: pump-house is out of reach$/);

    gate.heal();
    await pumpHouse.witness.waitUntil(PUMP.line, PUMP.on, 30_000);
    is((await greenhouse.health()).ok, true);

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
    const killedMs = performance.now();
    await greenhouse.discard();
    const s = await offAfterS(pumpHouse, killedMs, 2 * LEASE_S * 1000);
    ok(s <= LEASE_S + 1, `off ${s} s after the other board died`);
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
