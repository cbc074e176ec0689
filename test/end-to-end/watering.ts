/** Both boards of `npm run demo:two`, each as a user would start it, with shorter times. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TcpGate } from "../../deploy/demo/tcp-gate.ts";
import { makeLinkSecret } from "../../deploy/links/link-secret.ts";
import type { SpecContext } from "../harness/spec.ts";
import { type Board, repository, startBoard } from "./board.ts";

/** The pump is on when its line is low. */
export const PUMP = { line: "GPIO6", on: 0, off: 1 };
export const LEASE_S = 5;
const LINKS = { heartbeat: "500ms", lost: "4s", lease: `${LEASE_S}s` };

/** A board of the demo as its file has it. */
// biome-ignore lint/suspicious/noExplicitAny: a configuration is checked by the board that is started with it
type Config = any;

/** Shorter times, a pump that is wanted for as long as it may be, and jobs that nothing but a fault ends. */
function configsOf(secretFile: string): Record<"greenhouse" | "pumpHouse", Config> {
  const read = (id: string): Config => {
    const config = JSON.parse(readFileSync(join(repository, "deploy/demo", `${id}.json`), "utf8"));
    for (const one of Object.values<Config>({ ...config.devices, ...config.controllers }))
      one.hardDeadline = "60s";
    return { ...config, links: { ...config.links, ...LINKS, secretFile } };
  };
  const greenhouse = read("greenhouse");
  Object.assign(greenhouse.controllers.irrigation.settings, { onFor: "110s", soak: "1s" });
  greenhouse.controllers.irrigation.probation = "1s";
  return { greenhouse, pumpHouse: read("pump-house") };
}

/**
 * Both boards of the demo, linked through a gate that the test cuts, with the pump running. `change`: of their
 * configurations.
 */
export async function watering(
  t: SpecContext,
  change: (configs: Record<"greenhouse" | "pumpHouse", Config>) => void = () => {},
): Promise<{ greenhouse: Board; pumpHouse: Board; gate: TcpGate }> {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-two-"));
  t.defer(() => rmSync(folder, { recursive: true }));
  const secret = join(folder, "links.key");
  makeLinkSecret(secret);
  const configs = configsOf(secret);
  change(configs);
  const greenhouse = await startBoard(t, { config: JSON.stringify(configs.greenhouse) });
  const gate = new TcpGate(greenhouse.mqttPort);
  await gate.open();
  t.defer(() => gate.close());
  const broker = `mqtt://127.0.0.1:${gate.port}`;
  const config = JSON.stringify(configs.pumpHouse);
  const pumpHouse = await startBoard(t, { id: "pump-house", config, broker });
  // It hears past the gate what is said on the broker.
  pumpHouse.mqtt = greenhouse.mqtt;
  await greenhouse.world("soil", { moisturePercent: 20 });
  await pumpHouse.witness.waitUntil(PUMP.line, PUMP.on, 30_000);
  return { greenhouse, pumpHouse, gate };
}
