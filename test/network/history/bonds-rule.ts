/**
 * Monitors and links: each fires once when the other side ends or is out of reach, and never without a cause.
 *
 * The history has to end healed. Whoever is over, or had no time left to hear, is
 * not judged for what it missed: a link's end is told at once, an end elsewhere comes over the link or with the end of it.
 */
import type { Entry, Times, Violation } from "./entry.ts";
import type { Lives } from "./lives.ts";

/** A monitor, or one side of a link, and when it fired. */
interface Bond {
  readonly who: string;
  readonly to: string;
  readonly sinceUs: number;
  readonly fired: { readonly atUs: number; readonly reason: string }[];
}

const WORDS = {
  monitor: { twice: "down twice", none: "no down", invented: "invented down" },
  link: { twice: "exit twice", none: "no exit", invented: "invented exit" },
} as const;

export function checkBonds(entries: readonly Entry[], lives: Lives, times: Times): Violation[] {
  const monitors = new Map<string, Bond>();
  const links = new Map<string, Bond>();
  const found: Violation[] = [];
  const stray = (who: string, atUs: number, kind: keyof typeof WORDS, text: string) =>
    found.push({ rule: WORDS[kind].invented, who, atUs, text });
  for (const { who, atUs, ...entry } of entries) {
    if (entry.what === "watched")
      monitors.set(`${who} ${entry.ref}`, { who, to: entry.of, sinceUs: atUs, fired: [] });
    if (entry.what === "linked" || entry.what === "tied")
      links.set(`${who} ${entry.to}`, { who, to: entry.to, sinceUs: atUs, fired: [] });
    if (entry.what === "down") {
      const bond = monitors.get(`${who} ${entry.ref}`);
      if (bond?.to === entry.of) bond.fired.push({ atUs, reason: entry.reason });
      else stray(who, atUs, "monitor", `${who} heard of the end of ${entry.of}, which it did not watch`);
    }
    if (entry.what === "exit") {
      // Who is linked by another need not have heard of that.
      const isLinked = links.has(`${who} ${entry.from}`) || links.has(`${entry.from} ${who}`);
      const bond = links.get(`${who} ${entry.from}`) ?? { who, to: entry.from, sinceUs: atUs, fired: [] };
      if (isLinked) links.set(`${who} ${entry.from}`, bond);
      if (isLinked) bond.fired.push({ atUs, reason: entry.reason });
      else stray(who, atUs, "link", `${who} heard of the end of ${entry.from}, with which it was not linked`);
    }
  }
  for (const bond of monitors.values()) found.push(...judge("monitor", bond, lives, times));
  for (const bond of links.values()) found.push(...judge("link", bond, lives, times));
  return found;
}

function judge(kind: keyof typeof WORDS, bond: Bond, lives: Lives, times: Times): Violation[] {
  const { who, to, sinceUs, fired } = bond;
  const words = WORDS[kind];
  const found: Violation[] = [];
  for (const { atUs } of fired.slice(1))
    found.push({ rule: words.twice, who, atUs, text: `the ${kind} of ${who} to ${to} fired again` });
  const endedUs = lives.endedUs(to);
  const [first] = fired;
  if (first === undefined) {
    const dueUs = Math.min(endedUs + 2 * times.lostUs, lives.linkEndUs(who, to, sinceUs)) + times.slackUs;
    const overUs = Math.min(lives.endedUs(who), lives.lastUs);
    if (dueUs + lives.stoppedUs(who, sinceUs, overUs) >= overUs) return found;
    const why = Number.isFinite(endedUs) ? "that has ended" : "their link was cut";
    const text = `the ${kind} of ${who} to ${to} never fired, though ${why}`;
    return [{ rule: words.none, who, atUs: sinceUs, text }];
  }
  const isCut = first.reason === "noconnection" && Number.isFinite(lives.linkEndUs(who, to, 0));
  if (Number.isFinite(endedUs) || isCut) return found;
  const text = `the ${kind} of ${who} to ${to} fired with ${first.reason}, though that lives and their link was not cut`;
  return [...found, { rule: words.invented, who, atUs: first.atUs, text }];
}
