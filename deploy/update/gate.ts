/**
 * Whether a board may restart into a release now. Pure: facts in, words out. A refusal needs somebody to say so, a
 * wait only needs time. `now` overrides waits, never refusals.
 */
import type { DeviceFacts } from "../board/overview.ts";
import { isInside, type UpdateWindow } from "./update-window.ts";

/** An output by its device, and what its load is when nobody commands it. */
export interface SafeOutput {
  readonly device: string;
  readonly safe: "on" | "off";
}

/** A line whose safe level is not what it was: the firmware drives it the other way before Linux runs. */
export interface LevelFlip {
  readonly line: string;
  readonly from: string;
  readonly to: string;
}

export interface GateFacts {
  /** Undefined where the board's program does not answer: then nobody commands an output. */
  readonly devices: readonly DeviceFacts[] | undefined;
  readonly outputs: readonly SafeOutput[];
  /** Absent: any time. */
  readonly window?: { readonly text: string; readonly times: UpdateWindow };
  /** Of the board's own day; undefined while its clock is not set. */
  readonly minute: number | undefined;
  readonly flips: readonly LevelFlip[];
  readonly versions: { readonly from: string; readonly to: string };
}

export interface GateFlags {
  readonly now?: boolean;
  readonly flipSafe?: boolean;
  readonly downgrade?: boolean;
}

export interface GateVerdict {
  /** What somebody has to allow, with the option that does; a sentence each. */
  readonly refusals: readonly string[];
  /** What has to be waited for; empty with `now`. */
  readonly waits: readonly string[];
  /** Outputs that are not at their safe level and go there when the board restarts. */
  readonly drops: readonly string[];
}

export function gate(facts: GateFacts, { now, flipSafe, downgrade }: GateFlags = {}): GateVerdict {
  const { flips, versions } = facts;
  const drops = outputsNotSafe(facts);
  const flipped = flips.map(({ line, from, to }) => `${line} from ${from} to ${to}`).join(", ");
  const refusals = [
    ...(flips.length > 0 && !flipSafe
      ? [`the safe level of ${flipped} changes: check the wiring, then allow it with --flip-safe`]
      : []),
    ...(isOlder(versions.to, versions.from) && !downgrade
      ? [`${versions.to} is older than ${versions.from}, which runs: allow it with --downgrade`]
      : []),
  ];
  const waits = now ? [] : [...drops.map((drop) => `${drop}: until it is safe`), ...windowWaits(facts)];
  return { refusals, waits, drops };
}

function outputsNotSafe({ devices, outputs }: GateFacts): readonly string[] {
  if (devices === undefined) return [];
  return outputs.flatMap(({ device, safe }) => {
    const facts = devices.find(({ id }) => id === device);
    const level = facts?.readings.find(({ name }) => name === "on" || name === "level");
    if (level === undefined || level.quality !== "good" || level.value === null)
      return [`${device} cannot be read back`];
    const isOn = level.value === true || (typeof level.value === "number" && level.value > 0);
    return isOn === (safe === "on") ? [] : [`${device} is ${isOn ? "on" : "off"}`];
  });
}

function windowWaits({ window, minute }: GateFacts): readonly string[] {
  if (window === undefined) return [];
  if (minute === undefined) return [`updateWindow is ${window.text}, and the board's clock is not set`];
  return isInside(window.times, minute) ? [] : [`updateWindow is ${window.text}`];
}

/** By the rules of Semantic Versioning 2.0.0 (11) for what both have in numbers; a pre-release comes before its release. */
export function isOlder(one: string, other: string): boolean {
  const [a, b] = [parts(one), parts(other)];
  for (const index of [0, 1, 2]) {
    const [left = 0, right = 0] = [a.numbers[index], b.numbers[index]];
    if (left !== right) return left < right;
  }
  if (a.pre === b.pre) return false;
  if (a.pre === "" || b.pre === "") return a.pre !== "";
  return comparePre(a.pre.split("."), b.pre.split(".")) < 0;
}

/** 11.4: numbers by value and before words, words as they sort, and who has fewer parts comes first. */
function comparePre(a: readonly string[], b: readonly string[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) return 1;
    if (left === right) continue;
    const [isLeft, isRight] = [/^\d+$/.test(left), /^\d+$/.test(right)];
    if (isLeft && isRight) return Number(left) - Number(right);
    if (isLeft !== isRight) return isLeft ? -1 : 1;
    return left < right ? -1 : 1;
  }
  return a.length - b.length;
}

function parts(version: string): { readonly numbers: readonly number[]; readonly pre: string } {
  const [core = ""] = version.split("+");
  const at = core.indexOf("-");
  const numbers = (at < 0 ? core : core.slice(0, at))
    .split(".")
    .map((text) => Number.parseInt(text, 10) || 0);
  return { numbers, pre: at < 0 ? "" : core.slice(at + 1) };
}

/** Lines that both have, and whose safe level differs; in the order of the first. */
export function levelFlips(
  from: Readonly<Record<string, string>>,
  to: Readonly<Record<string, string>>,
): readonly LevelFlip[] {
  return Object.entries(from).flatMap(([line, level]) => {
    const next = to[line];
    return next === undefined || next === level ? [] : [{ line, from: level, to: next }];
  });
}
