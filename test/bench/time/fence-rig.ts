/** Orders to the runtime of the fence benches, and what the world's witness saw of it. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Grant } from "../../../firmware/contracts/control.ts";
import { SystemClock } from "../../../runtime/time/system-clock.ts";
import type { Finding } from "../../../runtime/watchdog/finding.ts";
import { chipAddress } from "../../firmware/fixtures/bench-plan.ts";
import { BenchRig } from "../../firmware/fixtures/bench-rig.ts";

export const LINE = "GPIO17";
const OTHER_LINE = "GPIO18";
const BUSES = ["i2c-1", "i2c-3"] as const;
/** A transfer on a stuck bus takes so long, ms: longer than any trial. */
const STUCK_MS = 600_000;
/** Of cells whose time is not what is measured. */
const PATIENT_US = 10_000_000;
/** The world stands for hardware, which waits for no core: ahead of every other thread, where that is permitted. */
const HARDWARE_PRIORITY = 90;
const clock = new SystemClock();

export class FenceRig {
  readonly rig: BenchRig;

  private constructor(rig: BenchRig) {
    this.rig = rig;
  }

  /** `petLimitMs`: silence that the guardian bears. Default: so long that no stall of the machine ends a trial that is not about it. */
  static async start(petLimitMs = 2000): Promise<FenceRig> {
    const runtime = fileURLToPath(new URL("./fence-runtime.js", import.meta.url));
    const rig = await BenchRig.start({ runtime, petLimitMs });
    spawnSync("chrt", ["--fifo", "--all-tasks", "--pid", String(HARDWARE_PRIORITY), String(rig.worldPid)]);
    return new FenceRig(rig);
  }

  close(): Promise<void> {
    return this.rig.close();
  }

  /** Starts a cell that holds the line; resolves when the witness saw it on. */
  async holdLine(body: "hangs" | "holds"): Promise<void> {
    const sinceUs = clock.now();
    await this.#start("holder", body, [LINE], { owner: 0, outputs: [LINE], inputs: [], i2c: [] });
    await this.rig.seen(LINE, 1, sinceUs);
  }

  /** The holder loops for ever: from its hard deadline to the safe level, us. */
  async hang(): Promise<number> {
    const hardDeadlineUs = (await this.rig.call({ order: "hang", cell: "holder" })) as number;
    return (await this.rig.seen(LINE, 0, hardDeadlineUs)) - hardDeadlineUs;
  }

  /** The holder is fenced over the watchdog's pipe: from the writing to the safe level, us. It is gone then. */
  async fence(): Promise<number> {
    const sentUs = (await this.rig.call({ order: "fence", cell: "holder" })) as number;
    const safeUs = await this.rig.seen(LINE, 0, sentUs);
    await this.rig.call({ order: "ended", cell: "holder" });
    return safeUs - sentUs;
  }

  /** The kernel's thread loops for ever: from that to the safe level, us. The next runtime is up then. */
  async hangKernel(): Promise<number> {
    const sinceUs = clock.now();
    await this.rig.call({ order: "hangKernel" });
    const { atUs } = await this.rig.logged("kernelHangs", sinceUs);
    return (await this.rig.seen(LINE, 0, Number(atUs))) - Number(atUs);
  }

  /** Every bus has a transfer under way that does not end; the cell gives each up after 250 ms. */
  async stickBuses(hangLimitUs = PATIENT_US): Promise<void> {
    const fault = { kind: "slow", ms: STUCK_MS };
    for (const cell of ["chip", "chip-3"]) await this.rig.call({ order: "world", cell, set: { fault } });
    const i2c = BUSES.map((bus) => ({ bus, address: chipAddress }));
    await this.#start("buses", "usesBuses", [BUSES], { owner: 1, outputs: [], inputs: [], i2c }, hangLimitUs);
  }

  async floodGuardian(): Promise<void> {
    const grant = { owner: 2, outputs: [OTHER_LINE], inputs: [], i2c: [] };
    await this.#start("flood", "floodsGuardian", [OTHER_LINE], grant, PATIENT_US);
  }

  /** A cell that works for `workUs` every `periodMs`. */
  async load(number: number, periodMs: number, workUs: number): Promise<void> {
    const grant = { owner: number, outputs: [], inputs: [], i2c: [] };
    await this.#start(`load-${number}`, "loads", [periodMs, workUs], grant);
  }

  /** What the watchdog found since it was asked last. */
  async findings(): Promise<readonly Finding[]> {
    return (await this.rig.call({ order: "findings" })) as Finding[];
  }

  /** Throws when buses or flood are no more: a trial without them says nothing. */
  async mustBurn(): Promise<void> {
    const out = (await this.findings()).filter(({ cell, cause }) => cell !== "holder" && cause !== "blocked");
    if (out.length > 0) throw new Error(`the fire went out: ${JSON.stringify(out)}`);
  }

  /** Starts a cell with this first process, an export of `test/bench/<module>`; resolves when it said something. */
  async startCell(
    module: string,
    cell: string,
    body: string,
    args: readonly unknown[],
    grant: Omit<Grant, "epoch">,
  ): Promise<void> {
    await this.rig.call({ order: "start", module, cell, body, args, grant, hangLimitUs: PATIENT_US });
  }

  /** What a cell says next. */
  said(): Promise<unknown> {
    return this.rig.call({ order: "said" });
  }

  async #start(
    cell: string,
    body: string,
    args: readonly unknown[],
    grant: Omit<Grant, "epoch">,
    hangLimitUs?: number,
  ): Promise<void> {
    await this.rig.call({ order: "start", cell, body, args, grant, hangLimitUs });
  }
}
