/** A history as an SVG picture: a band for each board with its faults, its links below, violations in red. */
import { boardOf, type Entry, type Violation } from "../history/entry.ts";

const WIDTH = 1600;
const LEFT = 190;
const RIGHT = 20;
const ROW = 20;
/** Width of a letter, roughly. */
const LETTER = 6;
const COLOURS = {
  up: "#5b9a68",
  fault: "#e0a93b",
  over: "#444",
  text: "#222",
  broken: "#c0392b",
  line: "#ddd",
} as const;

export function drawHistory(
  entries: readonly Entry[],
  violations: readonly Violation[],
  boards: readonly string[],
): string {
  const [firstUs, lastUs] = [entries[0]!.atUs, entries.at(-1)!.atUs];
  const x = (atUs: number) =>
    LEFT + ((atUs - firstUs) / Math.max(1, lastUs - firstUs)) * (WIDTH - LEFT - RIGHT);
  const parts: string[] = [];
  let y = 2 * ROW;
  const label = (words: string) => parts.push(text(10, y + 14, words));
  const bar = (fromUs: number, toUs: number, colour: string, title: string) =>
    parts.push(
      `<rect x="${x(fromUs).toFixed(1)}" y="${y + 3}" width="${Math.max(1, x(toUs) - x(fromUs)).toFixed(1)}" height="${ROW - 6}" fill="${colour}"><title>${escaped(title)}</title></rect>`,
    );
  for (const board of boards) {
    label(board);
    for (const { fromUs, toUs, text: title } of faultsOf(entries, board, lastUs)) {
      bar(fromUs, toUs, COLOURS.fault, title);
      // The whole word, or none: what is narrower says it when it is pointed at.
      if (x(toUs) - x(fromUs) > LETTER * title.length) parts.push(text(x(fromUs) + 2, y + 14, title));
    }
    for (const { atUs, who, what } of entries)
      if (what === "ended" && boardOf(who) === board && !who.includes("/"))
        bar(atUs, atUs, COLOURS.over, `${who} was killed`);
    y += ROW;
    for (const other of boards.filter((one) => one !== board)) {
      label(`   linked with ${other}`);
      for (const { fromUs, toUs, text: title } of linksOf(entries, board, other, lastUs))
        bar(fromUs, toUs, COLOURS.up, title);
      y += ROW;
    }
    for (const { who, atUs, rule, text: title } of violations)
      if (boardOf(who) === board) {
        y -= ROW;
        bar(atUs, atUs + (lastUs - firstUs) / 400, COLOURS.broken, `${rule}: ${title}`);
        y += ROW;
      }
    y += ROW / 2;
  }
  const seconds = (lastUs - firstUs) / 1e6;
  const step = [1, 5, 10, 30, 60, 300, 600, 3600].find((one) => seconds / one <= 25) ?? 3600;
  const grid = Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => {
    const at = x(firstUs + index * step * 1e6);
    return `<line x1="${at}" x2="${at}" y1="${ROW}" y2="${y}" stroke="${COLOURS.line}"/>${text(at, ROW - 5, `${index * step} s`)}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="#fff"/>${[...grid, ...parts].join("\n")}</svg>\n`;
}

interface Span {
  readonly fromUs: number;
  readonly toUs: number;
  readonly text: string;
}

function faultsOf(entries: readonly Entry[], board: string, lastUs: number): Span[] {
  const own = entries.filter((entry) => entry.who === board && entry.what === "fault");
  return own.flatMap((entry, index) =>
    entry.what === "fault" && entry.sign !== " "
      ? [{ fromUs: entry.atUs, toUs: own[index + 1]?.atUs ?? lastUs, text: entry.text }]
      : [],
  );
}

function linksOf(entries: readonly Entry[], board: string, other: string, lastUs: number): Span[] {
  const spans: Span[] = [];
  let sinceUs: number | undefined;
  const end = (atUs: number, why: string) => {
    if (sinceUs !== undefined) spans.push({ fromUs: sinceUs, toUs: atUs, text: `linked until ${why}` });
    sinceUs = undefined;
  };
  for (const { atUs, who, ...entry } of entries) {
    if (boardOf(who) !== board) continue;
    if (entry.what === "ended" && !who.includes("/")) end(atUs, "it was killed");
    if (entry.what === "linkDown" && boardOf(entry.peer) === other) end(atUs, entry.cause);
    if (entry.what === "linkUp" && boardOf(entry.peer) === other) sinceUs = atUs;
  }
  end(lastUs, "the end");
  return spans;
}

function text(x: number, y: number, words: string): string {
  return `<text x="${x.toFixed(1)}" y="${y}" fill="${COLOURS.text}">${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
