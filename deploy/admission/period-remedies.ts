/** Remedies that give work more time: longer periods, later deadlines. */
import { durationMs } from "../../devices/field.ts";
import type { BoardConfig } from "../config/board-schema.ts";
import { partOf, sectionOf, withValue } from "./changed-config.ts";
import { leastDuration } from "./least-duration.ts";
import type { Remedy, RemedySearch } from "./remedy.ts";
import { ownersOf } from "./remedy-owners.ts";

/** Devices whose periods are tried one by one: those that come most often. */
const OWNERS = 4;
const LONGEST_EVERY_MS = 24 * 3_600_000;

/** One device or controller comes less often. */
export function* periods(search: RemedySearch): Generator<Remedy | undefined> {
  const { config } = search;
  for (const owner of ownersOf(search).slice(0, OWNERS)) {
    const at = [sectionOf(config, owner), owner, "every"];
    const change = (text: string) => withValue(config, at, text);
    const value = leastThat(durationMs(partOf(config, owner).every), LONGEST_EVERY_MS, change, search);
    yield value === undefined ? undefined : { words: `"every" of ${owner} at least ${value}`, at, value };
  }
}

/** One that has written a deadline comes less often and is due later. */
export function* laterPeriods(search: RemedySearch): Generator<Remedy | undefined> {
  const { config } = search;
  for (const owner of ownersOf(search).slice(0, OWNERS)) {
    const { every, deadline } = partOf(config, owner);
    if (deadline === undefined) continue;
    const part = [sectionOf(config, owner), owner];
    const at = [...part, "every"];
    const change = (text: string) => withValue(withValue(config, at, text), [...part, "deadline"], text);
    const value = leastThat(durationMs(every), LONGEST_EVERY_MS, change, search);
    const words = `"every" and "deadline" of ${owner} at least ${value}`;
    yield value === undefined ? undefined : { words, at, value };
  }
}

/** Where one alone does not do: all that share the cell or bus come less often. */
export function* allPeriods(search: RemedySearch): Generator<Remedy | undefined> {
  const { config, refused } = search;
  const owners = ownersOf(search);
  if (owners.length < 2 || refused.kind === "cores") return;
  const shortest = Math.min(...owners.map((owner) => durationMs(partOf(config, owner).every)));
  const change = (text: string) =>
    owners.reduce((changed, owner) => {
      const { every } = partOf(config, owner);
      if (durationMs(every) >= durationMs(text)) return changed;
      return withValue(changed, [sectionOf(config, owner), owner, "every"], text);
    }, config);
  const value = leastThat(shortest, LONGEST_EVERY_MS, change, search);
  yield value === undefined ? undefined : { words: `"every" of ${owners.join(", ")} at least ${value}` };
}

/** A deadline that was written before the period may come later. */
export function* deadlines(search: RemedySearch): Generator<Remedy | undefined> {
  const { config, refused } = search;
  if (refused.kind === "cores" || !("task" in refused.refusal)) return;
  const owner = refused.verdict.owners.get(refused.refusal.task)!;
  const { every, deadline } = partOf(config, owner);
  if (deadline === undefined) return;
  const at = [sectionOf(config, owner), owner, "deadline"];
  const value = leastThat(
    durationMs(deadline),
    durationMs(every),
    (text) => withValue(config, at, text),
    search,
  );
  yield value === undefined ? undefined : { words: `"deadline" of ${owner} at least ${value}`, at, value };
}

/** With the least duration that fits: unless another check minds it, or something else is refused instead. */
function leastThat(
  fromMs: number,
  toMs: number,
  change: (text: string) => BoardConfig,
  { fits, helps }: RemedySearch,
): string | undefined {
  const least = leastDuration(fromMs, toMs, (text) => fits(change(text)));
  return least !== undefined && helps(change(least)) ? least : undefined;
}
