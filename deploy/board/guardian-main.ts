/** The guardian as a process: owns what the configuration names, and keeps the runtime alive. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { runGuardian } from "../../firmware/guardian/guardian-process.ts";
import { hardwarePlan } from "../config/plan.ts";
import { realtimePlan } from "../config/realtime-schema.ts";
import { checkedConfig } from "./checked-config.ts";
import { readOptions } from "./options.ts";
import { ownerSlots } from "./ownership.ts";
import { runtimeFlags } from "./runtime-flags.ts";

const WORLD_EVERY_MS = 5;
const WORLD_LIMIT_MS = 10_000;

const options = readOptions(process.env);
const runtime = fileURLToPath(new URL("./runtime-main.js", import.meta.url));
if (!existsSync(runtime)) throw new Error("the runtime is not built: run npm run build");

await worldListens(options.worldSocket);
const config = checkedConfig(options);
const realtime = realtimePlan(config).chain;
await runGuardian({
  ...hardwarePlan(config),
  slots: ownerSlots(Object.keys(config.devices).length),
  realtime,
  worldSocket: options.worldSocket,
  // In the launcher's folder: it removes what a guardian that was killed leaves behind.
  ...(options.worldSocket === "" ? {} : { directory: dirname(options.worldSocket) }),
  ...(options.limits.petMs === undefined ? {} : { petLimitMs: options.limits.petMs }),
  runtime: { command: process.execPath, args: [...runtimeFlags(realtime), runtime] },
  stopWhenStdinEnds: true,
});

/** World and guardian are started side by side; the guardian needs the world. Gives up after 10 s. */
async function worldListens(socket: string): Promise<void> {
  for (let tries = 0; tries < WORLD_LIMIT_MS / WORLD_EVERY_MS && !existsSync(socket); tries++) {
    await new Promise((done) => setTimeout(done, WORLD_EVERY_MS));
  }
}
