/** The guardian as a process: owns what the configuration names, and keeps the runtime alive. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { runGuardian } from "../../firmware/guardian/guardian-process.ts";
import { hardwarePlan } from "../config/plan.ts";
import { checkedConfig } from "./checked-config.ts";
import { readOptions } from "./options.ts";

/** A small young generation for each of a dozen isolates: 40 MB less for the demo board. */
const FLAGS = ["--max-semi-space-size=1", "--enable-source-maps"];

const options = readOptions(process.env);
const runtime = fileURLToPath(new URL("./runtime-main.js", import.meta.url));
if (!existsSync(runtime)) throw new Error("the runtime is not built: run npm run build");

await runGuardian({
  ...hardwarePlan(checkedConfig(options)),
  worldSocket: options.worldSocket,
  // In the launcher's folder: it removes what a guardian that was killed leaves behind.
  ...(options.worldSocket === "" ? {} : { directory: dirname(options.worldSocket) }),
  runtime: { command: process.execPath, args: [...FLAGS, runtime] },
  stopWhenStdinEnds: true,
});
