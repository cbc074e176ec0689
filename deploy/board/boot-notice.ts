/**
 * What the runtime is told of the boot it runs in, through its environment: it reads no system files, and its telemetry
 * says why the board came up.
 */
import { type BootVerdict, keptSafeReason } from "./boot-history.ts";
import type { KeptBoots } from "./kept-boots.ts";

export interface BootNotice extends BootVerdict {
  readonly bootId: string;
}

const VARIABLE = "HOLDFAST_BOOT";
/** How often the time that this boot has lived is written, min: six small writes a boot. */
const MARK_MIN = 10;
/** Who has lived so long is out of every count. */
const ENOUGH_MIN = 60;

export function bootEnvironment(notice: BootNotice): Record<string, string> {
  return { [VARIABLE]: JSON.stringify(notice) };
}

/** Undefined for a runtime whose guardian knows nothing of the boot. */
export function readBootNotice(environment: NodeJS.ProcessEnv): BootNotice | undefined {
  const text = environment[VARIABLE];
  return text === undefined || text === "" ? undefined : (JSON.parse(text) as BootNotice);
}

/** For `status`: why the board came up, and what is not done because of that. */
export function bootStatus(notice: BootNotice | undefined): Readonly<Record<string, unknown>> {
  if (notice === undefined) return {};
  const { cause, watchdogBoots, keptSafe } = notice;
  return { boot: { cause, watchdogBoots }, ...(keptSafe && { alarm: keptSafeReason(notice) }) };
}

/** A repeating timer; gives the way to end it. */
export type Every = (ms: number, run: () => void) => () => void;

/** Writes now and then how long this boot has lived, `uptimeS` of the system, until nobody needs to know any more. */
export function markBoot(
  boots: Pick<KeptBoots, "lived">,
  uptimeS: () => number,
  failed: (why: string) => void,
  every: Every = backgroundTimer,
): void {
  const stop = every(MARK_MIN * 60_000, () => {
    const minutes = Math.min(Math.floor(uptimeS() / 60), ENOUGH_MIN);
    if (minutes === ENOUGH_MIN) stop();
    boots.lived(minutes).catch((error: Error) => failed(error.message));
  });
}

function backgroundTimer(ms: number, run: () => void): () => void {
  const timer = setInterval(run, ms).unref();
  return () => clearInterval(timer);
}
