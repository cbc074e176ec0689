/** What must hold between any two processes whatever the order in which frames of different cells arrived. */
import * as assert from "uvu/assert";
import type { ManyCells, Noted } from "./many-cells.ts";

interface Heard {
  readonly at: number;
  readonly from: number;
  readonly kind: "told" | "exit" | "down";
  /** Of messages and of exits that were sent to this one: their number within the pair. */
  readonly serial: number | undefined;
  readonly reason: string;
  readonly nth: number;
}

/** Everything one puppet heard; an exit that carries the tag of its pair was sent, all others come by a link. */
function heardBy(who: number, journal: readonly Noted[]): Heard[] {
  return journal.flatMap(({ who: by, note }, at): Heard[] => {
    if (by !== who || !("heard" in note)) return [];
    const { from } = note;
    if (note.heard === "told") return [{ at, from, kind: "told", serial: note.serial, reason: "", nth: -1 }];
    const { reason } = note;
    if (note.heard === "down") return [{ at, from, kind: "down", serial: undefined, reason, nth: note.nth }];
    const tag = /^shutdown: (\d+)>(\d+)#(\d+)$/.exec(reason);
    const mine = tag !== null && Number(tag[1]) === from && Number(tag[2]) === who;
    return [{ at, from, kind: "exit", serial: mine ? Number(tag[3]) : undefined, reason, nth: -1 }];
  });
}

/** Orders that were carried out, with their place in the journal. */
function did(journal: readonly Noted[], who: number, what: string) {
  return journal.flatMap(({ who: by, note }, at) =>
    by === who && "did" in note && note.did === what ? [{ at, to: note.to, serial: note.serial }] : [],
  );
}

/** Messages and exits of a pair arrive in order, whole, once; what tells of an end comes after all of them. */
export function checkOrder(stage: ManyCells): void {
  const all = Array.from({ length: stage.size }, (_, n) => n);
  for (const who of all) {
    const next = new Map<number, number>();
    const over = new Set<number>();
    for (const { from, serial, kind } of heardBy(who, stage.journal)) {
      const expected = next.get(from) ?? 0;
      if (serial === undefined) {
        assert.not(stage.isAlive(from), `${who} heard of the end (${kind}) of ${from}, which lives`);
        assert.is(expected, stage.sent(from, who), `${kind} of ${from} overtook a message to ${who}`);
        over.add(from);
        continue;
      }
      assert.not(over.has(from), `${who} heard ${from} after its end`);
      assert.is(serial, expected, `from ${from} to ${who}`);
      next.set(from, expected + 1);
    }
    if (!stage.isAlive(who)) continue;
    for (const from of all) assert.is(next.get(from) ?? 0, stage.sent(from, who), `all of ${from} to ${who}`);
  }
}

/** Each monitor of a living process that stands says once that its target ended, and then never again. */
export function checkMonitors(stage: ManyCells): void {
  for (let who = 0; who < stage.size; who++) {
    if (!stage.isAlive(who)) continue;
    const downs = heardBy(who, stage.journal).filter(({ kind }) => kind === "down");
    for (const { to, serial } of did(stage.journal, who, "monitor")) {
      const mine = downs.filter(({ nth }) => nth === serial);
      const what = `monitor ${serial} of ${who} on ${to}`;
      assert.ok(
        mine.every(({ from }) => from === to),
        what,
      );
      const [closed] = did(stage.journal, who, "demonitor").filter((one) => one.serial === serial);
      if (closed === undefined) assert.is(mine.length, stage.isAlive(to) ? 0 : 1, what);
      else {
        assert.ok(mine.length <= 1, what);
        assert.ok(
          mine.every(({ at }) => at < closed.at),
          `${what}: a down after demonitor`,
        );
      }
    }
  }
}

/** Nobody is told two different reasons of one end, except that it is too late, or that a whole cell went. */
export function checkReasons(stage: ManyCells): void {
  const reasons = new Map<number, string>();
  for (let who = 0; who < stage.size; who++) {
    for (const { from, serial, reason } of heardBy(who, stage.journal)) {
      if (serial !== undefined || reason === "noproc") continue;
      const cell = /^cell c(\d+): killed$/.exec(reason);
      if (cell !== null && Number(cell[1]) === stage.cellOf(from)) {
        assert.ok(stage.web.isOver(stage.cellOf(from)));
        continue;
      }
      const known = reasons.get(from) ?? reason;
      assert.is(reason, known, `the end of ${from}`);
      reasons.set(from, known);
    }
  }
}

/** Links are the same from both sides; who is linked hears of the end; who unlinked does not. */
export function checkLinks(stage: ManyCells): void {
  const { journal } = stage;
  for (let a = 0; a < stage.size; a++) {
    if (!stage.isAlive(a)) continue;
    for (const b of stage.linksOf(a)) {
      assert.ok(stage.isAlive(b), `${a} holds a link to ${b}, which is dead`);
      assert.ok(stage.linksOf(b).includes(a), `${a} holds a link to ${b}, ${b} none to ${a}`);
    }
    const exits = heardBy(a, journal).filter(({ kind, serial }) => kind === "exit" && serial === undefined);
    for (let b = 0; b < stage.size; b++) {
      if (b === a) continue;
      const linked = [...to(did(journal, a, "link"), b), ...to(did(journal, b, "link"), a)];
      const unlinked = [...to(did(journal, a, "unlink"), b), ...to(did(journal, b, "unlink"), a)];
      const heard = exits.filter(({ from }) => from === b);
      if (linked.length > 0 && unlinked.length === 0) {
        if (stage.isAlive(b)) assert.ok(stage.linksOf(a).includes(b), `${a} and ${b} are linked`);
        else if (did(journal, b, "finish").length === 0)
          assert.ok(heard.length > 0, `${a} was linked to ${b} and heard nothing of its end`);
      }
      const last = to(did(journal, a, "unlink"), b).at(-1);
      if (last === undefined || to(did(journal, b, "link"), a).length > 0) continue;
      const again = to(did(journal, a, "link"), b).some(({ at }) => at > last.at);
      const late = heard.filter(({ at }) => journal[at]!.turn > journal[last.at]!.turn);
      if (!again) assert.is(late.length, 0, `${a} unlinked ${b} and heard of its end`);
    }
  }
}

/**
 * Lets one process crash when nothing is under way, and predicts from links, flags and monitors as they stand
 * who ends with it and who hears what, exactly.
 */
export function checkFall(stage: ManyCells, victim: number, seed: number): void {
  const all = Array.from({ length: stage.size }, (_, n) => n);
  const falls = new Set([victim]);
  for (const one of falls) {
    for (const other of stage.linksOf(one)) if (!stage.traps(other)) falls.add(other);
  }
  const survivors = all.filter((n) => stage.isAlive(n) && !falls.has(n));
  const reason = `Error: crash of ${victim}`;
  const expected = survivors.flatMap((who) => [
    ...stage
      .linksOf(who)
      .filter((other) => falls.has(other))
      .map((from) => line(who, { heard: "exit", from, reason })),
    ...openMonitors(stage, who)
      .filter(({ to: target }) => falls.has(target))
      .map(({ to: from, serial }) => line(who, { heard: "down", from, reason, nth: serial })),
  ]);
  const mark = stage.journal.length;
  stage.order({ who: victim, ops: [{ op: "crash" }] });
  stage.settle(seed);
  // Who falls last may hear of the first before.
  const news = stage.journal.slice(mark).filter(({ who }) => survivors.includes(who));
  const heard = news.map(({ who, note }) => line(who, note));
  assert.equal(heard.toSorted(), expected.toSorted(), `after the fall of ${victim}`);
  assert.equal(
    all.filter((n) => stage.isAlive(n)),
    survivors,
    `after the fall of ${victim}`,
  );
}

function openMonitors(stage: ManyCells, who: number) {
  const closed = new Set(did(stage.journal, who, "demonitor").map(({ serial }) => serial));
  for (const { kind, nth } of heardBy(who, stage.journal)) if (kind === "down") closed.add(nth);
  return did(stage.journal, who, "monitor").filter(({ serial }) => !closed.has(serial));
}

function to<T extends { readonly to: number }>(orders: readonly T[], whom: number): T[] {
  return orders.filter((order) => order.to === whom);
}

function line(who: number, note: object): string {
  return `${who} ${JSON.stringify(Object.entries(note).toSorted())}`;
}
