/** What the state of an output says of the lease under which another board commands it. */
import type { LeaseState } from "./messages.ts";
import type { CommandLease } from "./output-command.ts";

/** Of a lease: with less left the next command is overdue. A lease bears three that are missing. */
const RENEWED_WITHIN = 0.6;

/** Renewed in time it says the same again and again, which is no news; otherwise it counts down, in whole seconds. */
export function leaseState(lease: CommandLease | undefined): LeaseState | null {
  if (lease === undefined) return null;
  const { by, forUs, leftUs } = lease;
  const forMs = forUs / 1000;
  return { by, forMs, remainingMs: leftUs < forUs * RENEWED_WITHIN ? Math.ceil(leftUs / 1e6) * 1000 : forMs };
}
