import { setTimeout as after } from "node:timers/promises";

/** Waits so many ms, less when `gone` is aborted: nobody reads any more. Leaves nothing at `gone`, which lives as long as its reader stays. */
export async function pauseUnlessGone(ms: number, gone: AbortSignal): Promise<void> {
  await after(ms, undefined, { signal: gone }).catch(() => {}); // it ends early by an AbortError
}
