/**
 * Messages of each pair of processes: in order, each once, and none lost in silence.
 *
 * A message that is missing has been told of when its receiver, after the last that came before it, hears of a loss from that
 * board or that the sender is out of reach, soon after the next one at the latest: only the sender's board knows
 * whom to tell, and where that cannot tell any more, the link ends. Or when its sender saw the receiver out of reach between sending
 * it and sending the next that arrived. The last words of a sender that is over are its own affair (whoever monitors it hears
 * of its end), a receiver that is over needs no word, and what may be under way when the history ends is not judged.
 */
import { boardOf, type Entry, type Times, type Violation } from "./entry.ts";
import { type Lives, listOf } from "./lives.ts";

/** Where an entry stands among all, and when that was. */
interface Place {
  readonly at: number;
  readonly atUs: number;
}

interface Numbered extends Place {
  readonly n: number;
  readonly lapses: boolean;
}

/** What one process wrote, as far as it is of messages, with places. */
interface Log {
  readonly received: Map<string, Numbered[]>;
  readonly sent: Map<string, Numbered[]>;
  /** Losses by board, and monitors that fired because of the link, by process. */
  readonly losses: Map<string, Place[]>;
  readonly cuts: Map<string, Place[]>;
}

export function checkStreams(entries: readonly Entry[], lives: Lives, times: Times): Violation[] {
  const logs = readLogs(entries);
  const found: Violation[] = [];
  for (const [receiver, { received }] of logs)
    for (const [sender, messages] of received) {
      found.push(...disorder(sender, receiver, messages));
      const known = new Set(
        logs
          .get(sender)
          ?.sent.get(receiver)
          ?.map(({ n }) => n),
      );
      for (const { n, atUs } of messages.filter((message) => !known.has(message.n)))
        found.push({
          rule: "invented message",
          who: receiver,
          atUs,
          text: `${receiver} received ${n} of ${sender}, which did not send it`,
        });
    }
  for (const [sender, log] of logs)
    for (const [receiver, sent] of log.sent)
      found.push(...silentLosses(sender, receiver, sent, { log, other: logs.get(receiver), lives, times }));
  return found;
}

function readLogs(entries: readonly Entry[]): Map<string, Log> {
  const logs = new Map<string, Log>();
  for (const [at, { who, atUs, ...entry }] of entries.entries()) {
    const log = logs.get(who) ?? { received: new Map(), sent: new Map(), losses: new Map(), cuts: new Map() };
    logs.set(who, log);
    if (entry.what === "sent")
      listOf(log.sent, entry.to).push({ n: entry.n, lapses: entry.lapses === true, atUs, at });
    if (entry.what === "received")
      listOf(log.received, entry.from).push({ n: entry.n, lapses: false, atUs, at });
    if (entry.what === "lost") listOf(log.losses, entry.board).push({ at, atUs });
    // Any other end comes behind all that was said before it.
    if (entry.what === "down" && entry.reason === "noconnection")
      listOf(log.cuts, entry.of).push({ at, atUs });
  }
  return logs;
}

function disorder(sender: string, receiver: string, messages: readonly Numbered[]): Violation[] {
  const seen = new Set<number>();
  let highest = 0;
  const found: Violation[] = [];
  for (const { n, atUs } of messages) {
    if (seen.has(n))
      found.push({
        rule: "once",
        who: receiver,
        atUs,
        text: `${receiver} received ${n} of ${sender} again`,
      });
    else if (n < highest)
      found.push({
        rule: "order",
        who: receiver,
        atUs,
        text: `${receiver} received ${n} of ${sender} after ${highest}`,
      });
    seen.add(n);
    highest = Math.max(highest, n);
  }
  return found;
}

function silentLosses(
  sender: string,
  receiver: string,
  sent: readonly Numbered[],
  { log, other, lives, times }: { log: Log; other: Log | undefined; lives: Lives; times: Times },
): Violation[] {
  const came = new Map(other?.received.get(sender)?.map((message) => [message.n, message]));
  const wordUs = 2 * times.lostUs + times.slackUs;
  const judged = sent.filter(({ lapses, atUs }) => !lapses && atUs + wordUs < lives.lastUs);
  const missing = judged.filter(({ n }) => !came.has(n));
  if (missing.length === 0) return [];
  const losses = other?.losses.get(boardOf(sender)) ?? [];
  const cutsThere = other?.cuts.get(sender) ?? [];
  const cutsHere = log.cuts.get(receiver) ?? [];
  const endUs = lives.endedUs(receiver);
  // Each missing one has the nearest that came before and after it; one pass each way.
  const before = nearest(sent, came);
  const after = nearest(sent.toReversed(), came);
  return missing
    .filter((message) => {
      const [last, next] = [before.get(message.n), after.get(message.n)];
      if (next === undefined && (Number.isFinite(endUs) || Number.isFinite(lives.endedUs(sender))))
        return false;
      const lastAt = last === undefined ? -1 : came.get(last.n)!.at;
      const nextUs = next === undefined ? Number.POSITIVE_INFINITY : came.get(next.n)!.atUs;
      const latestUs = nextUs + wordUs + lives.stoppedUs(receiver, nextUs, endUs);
      const isOver = endUs < latestUs;
      const isToldThere = [...losses, ...cutsThere].some(({ at, atUs }) => at > lastAt && atUs <= latestUs);
      const isToldHere = cutsHere.some(
        ({ at }) => at > message.at && at < (next?.at ?? Number.POSITIVE_INFINITY),
      );
      return !isOver && !isToldThere && !isToldHere;
    })
    .map(({ n, atUs }) => ({
      rule: "silent loss" as const,
      who: receiver,
      atUs,
      text: `${n} of ${sender} to ${receiver} did not come, and nobody was told`,
    }));
}

/** For each message that did not come the one that came and stands before it in `sent`. */
function nearest(sent: readonly Numbered[], came: ReadonlyMap<number, unknown>): Map<number, Numbered> {
  const found = new Map<number, Numbered>();
  let last: Numbered | undefined;
  for (const message of sent) {
    if (came.has(message.n)) last = message;
    else if (last !== undefined) found.set(message.n, last);
  }
  return found;
}
