/**
 * Leases: an output is on no longer than its lease after the last order was received, and no order is obeyed that is older than
 * its deadline and the longest time that a link may hold packets: so nobody's output is on longer than all that together after
 * the last word of whoever commands it. A board that stands still cannot end anything: that time is added to a lease, and
 * not to an order.
 */
import type { Entry, Times, Violation } from "./entry.ts";
import type { Lives } from "./lives.ts";

export function checkLeases(entries: readonly Entry[], lives: Lives, times: Times): Violation[] {
  const sentUs = new Map<string, number>();
  for (const { who, atUs, ...entry } of entries)
    if (entry.what === "sent") sentUs.set(`${who} ${entry.to} ${entry.n}`, atUs);
  const found: Violation[] = [];
  const held = new Map<string, number>();
  const judge = (who: string, untilUs: number) => {
    const sinceUs = held.get(who);
    if (sinceUs === undefined) return;
    const overUs = Math.min(untilUs, lives.endedUs(who));
    const onUs = overUs - sinceUs - lives.stoppedUs(who, sinceUs, overUs);
    if (onUs <= times.leaseUs + times.slackUs) return;
    found.push({
      rule: "lease not expired",
      who,
      atUs: sinceUs,
      text: `${who} was on for ${inMs(onUs)} ms after the last order, ${inMs(times.leaseUs)} are allowed`,
    });
  };
  for (const { who, atUs, ...entry } of entries) {
    if (entry.what !== "renewed" && entry.what !== "off") continue;
    judge(who, atUs);
    held.delete(who);
    if (entry.what === "off") continue;
    held.set(who, atUs);
    const givenUs = sentUs.get(`${entry.by} ${who} ${entry.n}`);
    if (givenUs === undefined) continue; // An invented message: another rule says so.
    const ageUs = atUs - givenUs;
    if (ageUs > times.oldestUs + times.slackUs)
      found.push({
        rule: "old order obeyed",
        who,
        atUs,
        text: `${who} obeyed order ${entry.n} of ${entry.by} that was ${inMs(ageUs)} ms old, ${inMs(times.oldestUs)} are allowed`,
      });
  }
  for (const who of held.keys()) judge(who, lives.lastUs);
  return found;
}

function inMs(us: number): string {
  return (us / 1000).toFixed(0);
}
