import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";

/** As the service unit has it: four beats. */
export const GUARDIAN_LIMIT_MS = 2000;
/** Looks within one limit. */
const LOOKS = 8;
/** A look that comes later than this was held up itself (Ctrl-Z, a laptop that slept): silence counts anew. */
const HELD_UP_MS = 300;

/**
 * Ends a guardian that hangs: one whose beats on descriptor 3 stop for longer than the limit. Silence counts from its
 * first beat, and only while this process ran. `onSilent` hears how long, before the end.
 */
export function watchGuardian(
  guardian: ChildProcess,
  limitMs = GUARDIAN_LIMIT_MS,
  onSilent: (silentMs: number) => void,
): void {
  const beats = guardian.stdio[3] as Readable;
  let heardMs: number | undefined;
  let lookedMs = performance.now();
  beats.on("data", () => {
    heardMs = performance.now();
  });
  beats.on("error", () => {}); // its end is seen by its exit
  const judge = (nowMs: number) => {
    if (heardMs === undefined || nowMs - heardMs < limitMs) return;
    onSilent(Math.round(nowMs - heardMs));
    clearInterval(timer);
    guardian.kill("SIGKILL");
  };
  const timer = setInterval(() => {
    const nowMs = performance.now();
    if (nowMs - lookedMs > limitMs / LOOKS + HELD_UP_MS && heardMs !== undefined) heardMs = nowMs;
    lookedMs = nowMs;
    setImmediate(() => judge(performance.now())); // behind the beats that wait in the pipe
  }, limitMs / LOOKS);
  guardian.once("exit", () => clearInterval(timer));
}
