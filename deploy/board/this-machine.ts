/** The machine that this process runs on, as `doctor` sees it. Loaded by that verb only: it brings native code. */

import { accessSync, constants, statfsSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import { detectBoard } from "../../firmware/board/detect-board.ts";
import type { GpioSurvey } from "../../firmware/contracts/gpio-survey.ts";
import { HardwareError } from "../../firmware/contracts/hardware-error.ts";
import type { SystemFiles } from "../../firmware/contracts/system-files.ts";
import { localFiles } from "../../firmware/linux/local-files.ts";
import type { ConfigResult } from "../config/load-config.ts";
import { busesToAsk } from "../doctor/buses-to-ask.ts";
import { type Examination, examine } from "../doctor/examination.ts";
import type {
  BusScan,
  Holder,
  Machine,
  PortState,
  RunningBoard,
  SecretFiles,
  Space,
  User,
} from "../doctor/machine.ts";
import { fileHolders } from "./file-holders.ts";
import { BUILT_AT_MS } from "./version.ts";

export interface Surroundings {
  readonly loaded?: ConfigResult;
  readonly ports: readonly Omit<PortState, "free">[];
  readonly running?: RunningBoard;
  readonly secrets?: readonly SecretFiles[];
  readonly stateFolder: string;
  /** Stands for /proc/device-tree where that is not to be seen. */
  readonly deviceTree?: string;
}

/** Looks at everything once: the answers are those of this moment. */
export async function examineThisMachine(around: Surroundings): Promise<Examination> {
  const files = localFiles(around.deviceTree);
  const natives = { koffi: whyNot("koffi"), "i2c-bus": whyNot("i2c-bus"), onoff: whyNot("onoff") };
  const calls = natives.koffi === undefined ? await linuxCalls() : undefined;
  const ports = await Promise.all(
    around.ports.map(async (place) => ({ ...place, free: await isFree(place.port) })),
  );
  const machine: Machine = {
    files,
    user: thisUser(files),
    software: {
      node: process.versions.node,
      builtAtMs: BUILT_AT_MS,
      natives,
      stateFolder: around.stateFolder,
    },
    clock: { nowMs: Date.now(), synchronised: calls?.synchronised() },
    chips: calls?.chips() ?? [],
    scans: new Map(),
    ports,
    ...(around.running === undefined ? {} : { running: around.running }),
    ...(around.secrets === undefined ? {} : { secrets: around.secrets }),
    access,
    space,
    holders: (path) => fileHolders(files, path),
  };
  const unasked = examine(machine, around.loaded);
  if (calls === undefined) return unasked;
  const buses = busesToAsk(machine, unasked).filter((bus) => access(`/dev/${bus}`) === "ok");
  return { ...unasked, machine: { ...machine, scans: new Map(buses.map((bus) => [bus, calls.scan(bus)])) } };
}

/** What it calls itself, where it is a Raspberry Pi that boards run on; `deviceTree`: folder of one instead of the machine's. */
export function piModel(deviceTree?: string): string | undefined {
  try {
    return detectBoard(localFiles(deviceTree)).model;
  } catch (error) {
    if (error instanceof HardwareError) return undefined;
    throw error;
  }
}

/** Asks every address of a bus, whoever uses it. */
export async function scanBus(bus: string): Promise<BusScan> {
  return (await linuxCalls())?.scan(bus) ?? { error: "I2C buses are only known on Linux" };
}

/** Other processes that have a file open, as far as this user may see them. */
export function holdersOf(path: string): readonly Holder[] {
  return fileHolders(localFiles(), path);
}

interface LinuxCalls {
  chips(): readonly GpioSurvey[];
  scan(bus: string): BusScan;
  synchronised(): boolean | undefined;
}

/** What takes system calls; on a machine that is no Linux there is none. */
async function linuxCalls(): Promise<LinuxCalls | undefined> {
  if (process.platform !== "linux") return undefined;
  const { surveyGpio } = await import("../../firmware/linux/gpio-survey.ts");
  const { scanI2cBus } = await import("../../firmware/linux/i2c-scan.ts");
  const { clockSynchronised } = await import("../../firmware/linux/system-calls.ts");
  return {
    chips: surveyGpio,
    scan: (bus) =>
      orRefused(
        () => scanI2cBus(bus),
        (error) => ({ error: error.message }),
      ),
    synchronised: () => orRefused(clockSynchronised, () => undefined), // a sandbox may forbid the call
  };
}

/** What the system refused is an answer, too; anything else is a defect. */
function orRefused<T, R>(call: () => T, otherwise: (error: Error) => R): T | R {
  try {
    return call();
  } catch (error) {
    if (error instanceof HardwareError || (error instanceof Error && "code" in error))
      return otherwise(error);
    throw error;
  }
}

function access(path: string): "ok" | "absent" | "denied" {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return "ok";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "absent" : "denied";
  }
}

/** Of the nearest folder above that is there. */
function space(folder: string): Space | undefined {
  try {
    const { bavail, blocks, bsize, ffree, files } = statfsSync(folder);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, freeFiles: ffree, totalFiles: files };
  } catch {
    const parent = dirname(folder);
    return parent === folder ? undefined : space(parent);
  }
}

function thisUser(files: SystemFiles): User {
  const { username, uid } = userInfo();
  const own = new Set(process.getgroups?.() ?? []);
  const table = Buffer.from(files.read("/etc/group") ?? []).toString();
  const groups = table.split("\n").flatMap((line) => {
    const [name = "", , id = ""] = line.split(":");
    return id !== "" && own.has(Number(id)) ? [name] : [];
  });
  return { name: username, uid, groups };
}

/** Why a package with native code does not load here. */
function whyNot(name: string): string | undefined {
  try {
    createRequire(import.meta.url)(name);
    return undefined;
  } catch (error) {
    return (error as Error).message.split("\n")[0];
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", () => done(false));
    server.listen({ host: "127.0.0.1", port }, () => server.close(() => done(true)));
  });
}
