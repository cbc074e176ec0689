/** What a history came to, in figures and lanes for people. */
import type { Entry, Violation } from "../history/entry.ts";
import { boardOf } from "../history/entry.ts";

const COLUMNS = 100;

/** Entries of each kind, and what was missing: a table of two columns. */
export function figuresOf(entries: readonly Entry[]): (readonly [string, number])[] {
  const count = (what: Entry["what"]) => entries.filter((entry) => entry.what === what).length;
  return [
    ["words said", count("sent")],
    ["words heard", count("received")],
    ["losses told", count("lost")],
    ["monitors fired", count("down")],
    ["links fired", count("exit")],
    ["orders obeyed", count("renewed")],
    ["outputs off again", count("off")],
    ["links up", count("linkUp")],
    ["links down", count("linkDown")],
  ];
}

/** Pairs of boards that are not linked when the history ends, as one of both sees it. */
export function unlinkedAtEnd(entries: readonly Entry[], boards: readonly string[]): string[] {
  const up = new Set<string>();
  for (const { who, ...entry } of entries) {
    if (entry.what === "ended" && !who.includes("/"))
      for (const pair of [...up]) if (pair.startsWith(`${boardOf(who)} `)) up.delete(pair);
    if (entry.what === "linkUp") up.add(`${boardOf(who)} ${boardOf(entry.peer)}`);
    if (entry.what === "linkDown") up.delete(`${boardOf(who)} ${boardOf(entry.peer)}`);
  }
  return boards.flatMap((one) =>
    boards
      .filter((other) => other !== one && !up.has(`${one} ${other}`))
      .map((other) => `${one} to ${other}`),
  );
}

/** A lane for each board's faults and for each of its links, from left to right in time. */
export function lanes(entries: readonly Entry[], boards: readonly string[]): string[] {
  const [firstUs, lastUs] = [entries[0]!.atUs, entries.at(-1)!.atUs];
  const columnOf = (atUs: number) =>
    Math.min(COLUMNS - 1, Math.floor(((atUs - firstUs) / (lastUs - firstUs)) * COLUMNS));
  const lane = (title: string, idle: string, changes: (entry: Entry) => string | undefined) => {
    const signs: string[] = Array(COLUMNS).fill("");
    let now = idle;
    let at = 0;
    for (const entry of entries) {
      const sign = changes(entry);
      if (sign === undefined) continue;
      for (; at <= columnOf(entry.atUs); at++) signs[at] ||= now;
      now = sign;
      signs[columnOf(entry.atUs)] = sign.trim() === "" ? signs[columnOf(entry.atUs)]! : sign;
    }
    for (; at < COLUMNS; at++) signs[at] = now;
    return `${title.padEnd(26)}${signs.join("")}`;
  };
  return boards.flatMap((board) => [
    lane(board, " ", (entry) =>
      entry.who === board && entry.what === "fault" ? (entry.sign ?? "?") : undefined,
    ),
    ...boards
      .filter((other) => other !== board)
      .map((other) =>
        lane(`  linked with ${other}`, ".", ({ who, ...entry }) => {
          if (boardOf(who) !== board) return undefined;
          if (entry.what === "ended" && !who.includes("/")) return ".";
          if (entry.what !== "linkUp" && entry.what !== "linkDown") return undefined;
          if (boardOf(entry.peer) !== other) return undefined;
          return entry.what === "linkUp" ? "=" : ".";
        }),
      ),
  ]);
}

/** One line each, with the time since the start. */
export function violationLines(entries: readonly Entry[], violations: readonly Violation[]): string[] {
  return violations.map(({ rule, atUs, text }) => {
    const seconds = ((atUs - entries[0]!.atUs) / 1e6).toFixed(1).padStart(8);
    return `${seconds} s  ${rule}: ${text}`;
  });
}
