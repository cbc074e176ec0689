/**
 * The guardian as a process: owns what the configuration names, and keeps the runtime alive. It is the one place where
 * hardware is chosen, and the configuration chooses it.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { bootLevelProblems } from "../../firmware/board/boot-levels.ts";
import type { BusPlan } from "../../firmware/contracts/bus-plan.ts";
import type { GuardianPlan } from "../../firmware/contracts/guardian-plan.ts";
import { HardwareError } from "../../firmware/contracts/hardware-error.ts";
import { noHardwareCode, runGuardian } from "../../firmware/guardian/guardian-process.ts";
import { localFiles } from "../../firmware/linux/local-files.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { hardwarePlan } from "../config/plan.ts";
import { realtimePlan } from "../config/realtime-schema.ts";
import { watchdogPlan } from "../config/watchdog-schema.ts";
import { copyForThisLife, RUNNING } from "../reload/running-config.ts";
import { ALLOCATOR } from "./allocator.ts";
import { keptSafeReason } from "./boot-history.ts";
import { bootEnvironment } from "./boot-notice.ts";
import { linuxPlan } from "./linux-plan.ts";
import { onTimeFile } from "./on-time-file.ts";
import { readOptions } from "./options.ts";
import { ownerSlots } from "./ownership.ts";
import { runtimeFlags } from "./runtime-flags.ts";
import { serviceConfig } from "./service-config.ts";
import { noteStart } from "./start-pace.ts";
import { lockState, StateTaken } from "./state-lock.ts";
import { leaveStopPlan } from "./stop-plan.ts";
import { ThisBoot } from "./this-boot.ts";
import { takeWatch } from "./watch.ts";

const WORLD_EVERY_MS = 5;
const WORLD_LIMIT_MS = 10_000;

const options = readOptions(process.env);
const watch = takeWatch(process.env);
const runtime = fileURLToPath(new URL("./runtime-main.js", import.meta.url));
if (!existsSync(runtime)) throw new Error("the runtime is not built: run npm run build");

if (watch.launcherFd === undefined) await paced();
const service = process.env.RUNTIME_DIRECTORY;
const folder = service ?? (options.worldSocket === "" ? undefined : dirname(options.worldSocket));
const running = copyForThisLife(options.config, folder);
const config = await serviceConfig(options, watch, process.env.HOLDFAST_SLOTS, running);
if (watch.launcherFd === undefined) await lockAsService(config.board.id);
const realtime = realtimePlan(config).chain;
const files = localFiles(process.env.HOLDFAST_DEVICE_TREE);
const boot = await new ThisBoot(options.stateFolder, config.board.id, files).notice();
const watchdog = watchdogPlan(config, boot.mayReset);
const lines = hardwarePlan(config);
const hardware = await chosenHardware(config);
const atBoot = hardware.linux === undefined ? [] : bootLevelProblems(lines, files);
for (const { message, remedy } of atBoot)
  process.stderr.write(`${JSON.stringify({ bootLevels: { message, remedy } })}\n`);
if (folder !== undefined && hardware.linux !== undefined) {
  try {
    leaveStopPlan(folder, { ...lines, linux: hardware.linux });
  } catch (error) {
    // The second net must not cost the first.
    process.stderr.write(`${JSON.stringify({ noStopPlan: { why: (error as Error).message } })}\n`);
  }
}
await runGuardian({
  ...lines,
  buses: lines.buses.map((bus) => ({ ...bus, ...heard(options.limits.answerMs) })),
  ...hardware,
  ...onTimes(config),
  slots: ownerSlots(Object.keys(config.devices).length),
  realtime,
  // In the launcher's or the service's folder: they remove what a guardian that was killed leaves behind.
  ...(folder === undefined ? {} : { directory: folder }),
  ...(options.limits.petMs === undefined ? {} : { petLimitMs: options.limits.petMs }),
  runtime: {
    command: process.execPath,
    args: [...runtimeFlags(realtime), runtime],
    env: {
      ...ALLOCATOR,
      ...bootEnvironment(boot),
      [RUNNING]: running ?? "",
      HOLDFAST_BOOT_LEVELS: JSON.stringify(atBoot.map(({ message, remedy }) => `${message}; ${remedy}`)),
    },
  },
  watch: { ...watch, ...(watchdog === undefined ? {} : { watchdog }) },
  ...(boot.keptSafe ? { keptSafe: keptSafeReason(boot) } : {}),
  stopWhenStdinEnds: watch.launcherFd !== undefined,
});

/** Of the time that a device waits for its answer a bus may take as much as by default: 100 of 250 ms. */
function heard(answerMs: number | undefined): Pick<BusPlan, "heardUs"> {
  return answerMs === undefined ? {} : { heardUs: answerMs * 400 };
}

/** A launcher paces by itself whom it starts. */
async function paced(): Promise<void> {
  const waitMs = noteStart(process.env.HOLDFAST_KEPT, Number(process.hrtime.bigint() / 1_000_000n));
  if (waitMs === 0) return;
  process.stderr.write(`${JSON.stringify({ startedTooOften: { waitMs } })}\n`);
  await sleep(waitMs);
}

/** Who was started by a launcher works in its name. Ends the process when another board of this id works in the state folder. */
async function lockAsService(board: string): Promise<void> {
  try {
    const as = watch.notifySocket === undefined ? "a guardian" : "the service";
    await lockState(options.stateFolder, board, { pid: process.pid, as, config: options.config });
  } catch (error) {
    if (!(error instanceof StateTaken)) throw error;
    process.stderr.write(`${JSON.stringify({ stateTaken: { why: error.message } })}\n`);
    process.exit(await noHardwareCode(watch));
  }
}

/** Of an emulated board in the launcher's folder: its outputs are gone with it. */
function onTimes({ hardware, board }: BoardConfig): Pick<GuardianPlan, "onTimeFile"> {
  if (hardware === "emulated") return { onTimeFile: join(dirname(options.worldSocket), "on-times") };
  const { file, why } = onTimeFile(process.env, board.id, options.stateFolder);
  if (file !== undefined) return { onTimeFile: file };
  process.stderr.write(`${JSON.stringify({ onTimesNotKept: why })}\n`);
  return {};
}

/** Ends the process when this machine does not have what a linux board needs. */
async function chosenHardware(config: BoardConfig): Promise<Pick<GuardianPlan, "worldSocket" | "linux">> {
  if (config.hardware === "emulated") {
    await worldListens(options.worldSocket);
    return { worldSocket: options.worldSocket };
  }
  try {
    return { linux: linuxPlan(config, files) };
  } catch (error) {
    if (!(error instanceof HardwareError)) throw error;
    process.stderr.write(`${JSON.stringify({ noHardware: { why: error.message } })}\n`);
    process.exit(await noHardwareCode(watch));
  }
}

/** World and guardian are started side by side; the guardian needs the world. Gives up after 10 s. */
async function worldListens(socket: string): Promise<void> {
  for (let tries = 0; tries < WORLD_LIMIT_MS / WORLD_EVERY_MS && !existsSync(socket); tries++) {
    await new Promise((done) => setTimeout(done, WORLD_EVERY_MS));
  }
}
