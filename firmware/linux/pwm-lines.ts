import { accessSync, constants, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { pwmChip } from "../board/pwm-places.ts";
import type { FoundLine } from "../contracts/backend.ts";
import type { PwmPlace } from "../contracts/guardian-plan.ts";
import { HardwareError } from "../contracts/hardware-error.ts";
import type { OutputPlan } from "../contracts/output-plan.ts";
import type { LinuxLines } from "./linux-lines.ts";
import { localFiles } from "./local-files.ts";
import { PwmFiles } from "./pwm-attributes.ts";
import { PwmChannel } from "./pwm-channel.ts";

/** Of four-wire fans (Intel, 4-Wire PWM Controlled Fans Specification 1.3, 2.1.4: 25 kHz). */
const DEFAULT_PERIOD_NS = 40_000;
/** How long udev may take to give the group its rights to a channel that was just exported. */
const RIGHTS_LIMIT_MS = 1000;

/**
 * PWM outputs through the kernel's PWM class, by their number among the PWM outputs of a plan. A channel stays
 * exported and keeps its pulses when the guardian ends or dies: the next one takes it over as it is.
 */
export class PwmLines implements LinuxLines {
  readonly found: readonly FoundLine[];
  readonly debounces = false;
  readonly #channels: readonly PwmChannel[];

  private constructor(channels: readonly PwmChannel[]) {
    this.#channels = channels;
    this.found = channels.map(({ found }) => found);
  }

  /** Throws `HardwareError` for a channel that is not there or not free; nothing is changed then. */
  static async open(
    outputs: readonly OutputPlan[],
    places: Readonly<Record<string, PwmPlace>>,
  ): Promise<PwmLines> {
    const channels: PwmChannel[] = [];
    try {
      for (const { line, periodNs = DEFAULT_PERIOD_NS } of outputs) {
        const place = places[line];
        if (place === undefined) throw new HardwareError(`${line}: this board has no PWM there`);
        channels.push(new PwmChannel(await exported(line, place), periodNs));
      }
      return new PwmLines(channels);
    } catch (error) {
      for (const channel of channels) channel.close();
      throw error;
    }
  }

  /** PWM has no edges. */
  attach(): void {}

  listen(): void {}

  drive(line: number, level: number): number {
    return attempt(() => this.#channels[line]!.drive(level));
  }

  sense(line: number): number {
    return attempt(() => this.#channels[line]!.level());
  }

  /** The pulses end; the pin stays the controller's. */
  free(line: number): void {
    attempt(() => {
      this.#channels[line]!.stop();
      return 0;
    });
  }

  close(): void {
    for (const channel of this.#channels) channel.close();
  }
}

/** The channel of a place, exported where it was not. Throws `HardwareError`. */
async function exported(line: string, { node, channel }: PwmPlace): Promise<PwmFiles> {
  const chip = pwmChip(node, localFiles());
  if (chip === undefined) throw new HardwareError(`${line}: no PWM controller belongs to ${node}`);
  const folder = `${chip}/pwm${channel}`;
  try {
    if (!exists(folder)) writeFileSync(`${chip}/export`, `${channel}`);
    for (const startMs = performance.now(); ; await sleep(10)) {
      try {
        return PwmFiles.open(folder);
      } catch (error) {
        if (codeOf(error) !== "EACCES" || performance.now() - startMs > RIGHTS_LIMIT_MS) throw error;
      }
    }
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    throw new HardwareError(`${line}: ${REMEDIES[code] ?? `${folder} cannot be opened (${code})`}`);
  }
}

const REMEDIES: Readonly<Record<string, string>> = {
  EACCES: "no right to /sys/class/pwm: the user must be in the group gpio (sudo usermod -aG gpio <user>)",
  EBUSY: "its PWM channel is in use by a driver of the kernel; take that overlay out, or use another line",
  ENODEV: "its PWM controller has no such channel; use another line with PWM",
};

function exists(path: string): boolean {
  try {
    accessSync(path, constants.F_OK);
    return true;
  } catch {
    return false; // whatever the reason, exporting tells it
  }
}

/** A channel that fails while the board runs is the guardian's to judge: it reads NaN. */
function attempt(work: () => number): number {
  try {
    return work();
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return NaN;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
