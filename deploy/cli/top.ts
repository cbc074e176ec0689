import { setTimeout as sleep } from "node:timers/promises";
import type { Overview } from "../board/overview.ts";
import { terminalWidth } from "./columns.ts";
import { CliError, EXIT } from "./exit-code.ts";
import { LiveScreen } from "./live-screen.ts";
import { askBoard, type OperatorFlags } from "./operator-client.ts";
import { topFrame, VIEWS, type View } from "./top-frame.ts";
import { SORTS, type Sort, shares } from "./top-rows.ts";

export interface TopFlags extends OperatorFlags {
  readonly once: boolean;
  /** Between two questions to the board, ms. */
  readonly everyMs: number;
  readonly sort?: string;
}

/** A board that answers slower than this is told of as silent, ms: a hung cell costs it 250. */
const ANSWER_MS = 3000;

/** Sorts by the letter of their key; the s of restarts, because r is nearer to run. */
const LETTERS: Readonly<Record<string, Sort>> = {
  n: "name",
  l: "late",
  w: "worst",
  r: "run",
  b: "budget",
  m: "misses",
  s: "restarts",
};

/**
 * `holdfast top`: cells, jobs, how late, how busy, in which mode, again and again until q. One frame as plain text with
 * `--once` and where the output is no terminal; with `--json` an object a line.
 */
export async function top(flags: TopFlags): Promise<void> {
  const sort = sortNamed(flags.sort ?? "late");
  // Nobody there at the start is an end; later it is only told.
  const first = await ask(flags);
  if (flags.json) return json(flags, first);
  if (flags.once || !process.stdout.isTTY) {
    await sleep(flags.everyMs);
    const state = { now: await ask(flags), before: first, sort, view: "both", skip: 0 } as const;
    const lines = topFrame(state, { columns: terminalWidth(), rows: Number.POSITIVE_INFINITY });
    process.stdout.write(`${lines.map(({ text }) => text).join("\n")}\n`);
    return;
  }
  await live(flags, first, sort);
}

async function live(flags: TopFlags, first: Overview, firstSort: Sort): Promise<void> {
  let [now, before]: [Overview, Overview | undefined] = [first, undefined];
  let [sort, view, skip]: [Sort, View, number] = [firstSort, "both", 0];
  let heardMs = performance.now();
  let lost = false;
  const stop = new AbortController();
  const draw = () => {
    const silent = lost ? { silentMs: performance.now() - heardMs } : {};
    screen.draw(topFrame({ now, before, sort, view, skip, ...silent }, screen.size));
  };
  const key = (name: string) => {
    if (name === "q") stop.abort();
    else if (name === "tab") view = next(VIEWS, view, 1);
    else if (name === "left" || name === "right") sort = next(SORTS, sort, name === "right" ? 1 : -1);
    else if (name === "up" || name === "down")
      skip = Math.min(now.devices.length, Math.max(0, skip + (name === "down" ? 1 : -1)));
    else sort = LETTERS[name] ?? sort;
    draw();
  };
  const end = () => stop.abort();
  const screen = new LiveScreen({ key, redraw: draw, end }, { colours: !process.env.NO_COLOR });
  try {
    while (!stop.signal.aborted) {
      draw();
      await sleep(flags.everyMs, undefined, { signal: stop.signal }).catch(() => {});
      if (stop.signal.aborted) return;
      try {
        const next = await ask(flags, stop.signal);
        [now, before] = [next, now];
        heardMs = performance.now();
        lost = false;
      } catch {
        lost = true; // told on the screen for as long as it lasts
      }
    }
  } finally {
    screen.close();
  }
}

/** The first with the second, because a share of a core is a difference. */
async function json(flags: TopFlags, first: Overview): Promise<void> {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  for (let before = first; !stop.signal.aborted; ) {
    await sleep(flags.everyMs, undefined, { signal: stop.signal }).catch(() => {});
    if (stop.signal.aborted) return;
    const now = await ask(flags);
    const earlier = new Map(before.cells?.map((cell) => [cell.cell, cell]));
    const cells = now.cells?.map((cell) => {
      const { used = null, waited = null } = shares(cell, earlier.get(cell.cell));
      return { ...cell, used, waited };
    });
    process.stdout.write(`${JSON.stringify({ ...now, cells: cells ?? null })}\n`);
    if (flags.once) return;
    before = now;
  }
}

function ask(flags: TopFlags, stop?: AbortSignal): Promise<Overview> {
  return askBoard<Overview>(flags, "/overview", {}, { limitMs: ANSWER_MS, ...(stop && { stop }) });
}

function sortNamed(name: string): Sort {
  const sort = SORTS.find((each) => each === name);
  if (sort === undefined) throw new CliError(EXIT.usage, `--sort: "${name}" is none of ${SORTS.join(", ")}`);
  return sort;
}

function next<T>(all: readonly T[], now: T, step: number): T {
  return all[(all.indexOf(now) + step + all.length) % all.length]!;
}
