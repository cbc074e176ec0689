/**
 * What is good on a board at one moment, taken from its overview: what a release on trial has to bring back. It is made
 * of what the board measures anyway: an output counts by the level that is read back, so nothing is switched to prove it.
 */
import type { Overview } from "../board/overview.ts";

export interface DevicePicture {
  /** Rung of its ladder: full, reduced, safe, off; `starting` before its first good job. */
  readonly mode: string;
  /** Readings of quality good, an output's read-back level among them. */
  readonly good: readonly string[];
}

/** Of one job since the runtime's start. */
export interface JobPicture {
  readonly count: number;
  readonly misses: number;
}

export interface BoardPicture {
  /** Which start of the runtime by its guardian this is: a crash counts it up. */
  readonly incarnation: number;
  readonly devices: Readonly<Record<string, DevicePicture>>;
  readonly jobs: Readonly<Record<string, JobPicture>>;
  /** Its broker has it: `live`. */
  readonly broker: string;
  /** Boards whose link is up. */
  readonly peers: readonly string[];
}

/** What a board that did not run before has to bring back: only itself. */
export const NO_PICTURE: BoardPicture = {
  incarnation: 1,
  devices: {},
  jobs: {},
  broker: "offline",
  peers: [],
};

export type PictureSource = Pick<Overview, "incarnation" | "devices" | "jobs" | "broker" | "links">;

export function takePicture({ incarnation, devices, jobs, broker, links }: PictureSource): BoardPicture {
  return {
    incarnation,
    devices: Object.fromEntries(
      devices.map(({ id, mode, readings }) => [
        id,
        { mode, good: readings.filter(({ quality }) => quality === "good").map(({ name }) => name) },
      ]),
    ),
    jobs: Object.fromEntries(jobs.map(({ job, count, misses }) => [job, { count, misses }])),
    broker,
    peers: links?.peers.filter(({ up }) => up).map(({ board }) => board) ?? [],
  };
}

/** From the best to the worst; any other mode is worse than these. */
const RUNGS = ["full", "reduced", "safe", "off"];

/** What was good and is not any more, a sentence each: of the board itself, and of its ways to others. */
export interface Losses {
  readonly own: readonly string[];
  readonly link: readonly string[];
}

export function lossesSince(before: BoardPicture, now: BoardPicture): Losses {
  const own = Object.entries(before.devices).flatMap(([id, device]) =>
    deviceLosses(id, device, now.devices[id]),
  );
  const link = [
    ...(before.broker === "live" && now.broker !== "live"
      ? [`the broker does not have it (${now.broker})`]
      : []),
    ...before.peers.filter((peer) => !now.peers.includes(peer)).map((peer) => `no link with board ${peer}`),
  ];
  return { own, link };
}

function deviceLosses(id: string, before: DevicePicture, now: DevicePicture | undefined): readonly string[] {
  if (now === undefined) return [`${id}: is gone`];
  const [was, is] = [RUNGS.indexOf(before.mode), RUNGS.indexOf(now.mode)];
  if (was >= 0 && (is < 0 || is > was)) return [`${id}: ${now.mode}, was ${before.mode}`];
  const missing = before.good.filter((reading) => !now.good.includes(reading));
  return missing.length === 0 ? [] : [`${id}: no good ${missing.join(", ")}`];
}

/** Misses that do not count: one in so many releases. */
const ONE_MISS_IN = 100;

/**
 * Jobs that missed more deadlines from `then` to `now` than they did before, a sentence each: more than one in a
 * hundred, and more than twice their share before.
 */
export function deadlineLosses(
  before: BoardPicture,
  then: BoardPicture,
  now: BoardPicture,
): readonly string[] {
  return Object.entries(now.jobs).flatMap(([job, { count, misses }]) => {
    const start = then.jobs[job] ?? { count: 0, misses: 0 };
    const [counted, missed] = [count - start.count, misses - start.misses];
    const known = before.jobs[job];
    if (known === undefined || counted <= 0) return [];
    const share = missed / counted;
    const shareBefore = known.count > 0 ? known.misses / known.count : 0;
    if (missed <= 1 || share <= Math.max(1 / ONE_MISS_IN, 2 * shareBefore)) return [];
    return [`job ${job}: ${missed} of ${counted} deadlines missed`];
  });
}
