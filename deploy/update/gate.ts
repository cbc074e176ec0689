/**
 * Whether a board may restart into a release now. Pure: facts in, words out. A refusal needs somebody to say so, a
 * wait only needs time. `now` overrides waits, never refusals.
 */
import type { DeviceFacts } from "../board/overview.ts";
import { compareReleases, type Manifest } from "../release/manifest.ts";
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

export type RunningRelease = Pick<Manifest, "version" | "created">;

export interface GateFacts {
  /** Undefined where the board's program does not answer: then nobody commands an output. */
  readonly devices: readonly DeviceFacts[] | undefined;
  readonly outputs: readonly SafeOutput[];
  /** Absent: any time. */
  readonly window?: { readonly text: string; readonly times: UpdateWindow };
  /** Of the board's own day; undefined while its clock is not set. */
  readonly minute: number | undefined;
  readonly flips: readonly LevelFlip[];
  /** What runs, where that is known, and what is to run. */
  readonly from: RunningRelease | undefined;
  readonly to: RunningRelease;
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
  const { flips, from, to } = facts;
  const drops = outputsNotSafe(facts);
  const flipped = flips.map(({ line, from, to }) => `${line} from ${from} to ${to}`).join(", ");
  const refusals = [
    ...(flips.length > 0 && !flipSafe
      ? [`the safe level of ${flipped} changes: check the wiring, then allow it with --flip-safe`]
      : []),
    ...(from !== undefined && compareReleases(to, from) < 0 && !downgrade
      ? [`${releaseText(to)} is older than ${releaseText(from)}, which runs: allow it with --downgrade`]
      : []),
  ];
  const waits = now ? [] : [...drops.map((drop) => `${drop}: until it is safe`), ...windowWaits(facts)];
  return { refusals, waits, drops };
}

/**
 * The configuration may have been written since the board started: what only it names nobody drives yet, and what only the board has is driven
 * until it restarts.
 */
function outputsNotSafe({ devices, outputs }: GateFacts): readonly string[] {
  if (devices === undefined) return [];
  const runs = (device: string) => devices.length === 0 || devices.some(({ id }) => id === device);
  const named = outputs
    .filter(({ device }) => runs(device))
    .flatMap(({ device, safe }) => {
      const level = levelReadBack(devices, device);
      if (level === undefined) return [`${device} cannot be read back`];
      return isOn(level) === (safe === "on") ? [] : [`${device} is ${isOn(level) ? "on" : "off"}`];
    });
  const others = devices.filter(
    ({ id, kind }) => kind === "actuator" && outputs.every(({ device }) => device !== id),
  );
  return [
    ...named,
    ...others
      .filter(({ id }) => isOn(levelReadBack(devices, id)))
      .map(({ id }) => `${id} is on, which the configuration does not name any more`),
  ];
}

function isOn(level: unknown): boolean {
  return level === true || (typeof level === "number" && level > 0);
}

/** An output's level as it is read back; undefined where nobody knows it. */
export function levelReadBack(devices: readonly DeviceFacts[], device: string): unknown {
  const facts = devices.find(({ id }) => id === device);
  const level = facts?.readings.find(({ name }) => name === "on" || name === "level");
  return level?.quality === "good" && level.value !== null ? level.value : undefined;
}

function windowWaits({ window, minute }: GateFacts): readonly string[] {
  if (window === undefined) return [];
  if (minute === undefined) return [`updateWindow is ${window.text}, and the board's clock is not set`];
  return isInside(window.times, minute) ? [] : [`updateWindow is ${window.text}`];
}

/** For people: `0.2.0 of 2026-11-26 01:41`. */
export function releaseText({ version, created }: RunningRelease): string {
  return `${version} of ${created.slice(0, 16).replace("T", " ")}`;
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
