/** Who lived how long in a history: processes that ended, boards that were killed or stood still, links that ended. */
import { boardLifeOf, type Entry } from "./entry.ts";

export class Lives {
  /** When the last thing happened, us. */
  readonly lastUs: number;
  readonly #ended = new Map<string, number>();
  /** When links ended, by `board#life > peer#life`. */
  readonly #linkDowns = new Map<string, number[]>();
  readonly #stops = new Map<string, { fromUs: number; toUs: number }[]>();

  constructor(entries: readonly Entry[]) {
    this.lastUs = entries.reduce((latest, { atUs }) => Math.max(latest, atUs), 0);
    for (const { atUs, who, ...entry } of entries) {
      if (entry.what === "ended") this.#ended.set(who, atUs);
      if (entry.what === "linkDown") listOf(this.#linkDowns, `${who} > ${entry.peer}`).push(atUs);
      if (entry.what === "stopped")
        listOf(this.#stops, who).push({ fromUs: atUs, toUs: Number.POSITIVE_INFINITY });
      const stop = entry.what === "continued" ? this.#stops.get(who)?.at(-1) : undefined;
      if (stop !== undefined) stop.toUs = atUs;
    }
  }

  /** When a process, or its board's life, was over, us; `Infinity`: not within the history. */
  endedUs(process: string): number {
    const never = Number.POSITIVE_INFINITY;
    return Math.min(this.#ended.get(process) ?? never, this.#ended.get(boardLifeOf(process)) ?? never);
  }

  /** When the board of `process` first saw its link with that of `other` end, at or after `sinceUs`; `Infinity`: never. */
  linkEndUs(process: string, other: string, sinceUs: number): number {
    const downs = this.#linkDowns.get(`${boardLifeOf(process)} > ${boardLifeOf(other)}`);
    return downs?.find((atUs) => atUs >= sinceUs) ?? Number.POSITIVE_INFINITY;
  }

  /** How long the board of `process` stood still between the two, us. */
  stoppedUs(process: string, fromUs: number, toUs: number): number {
    const stops = this.#stops.get(boardLifeOf(process)) ?? [];
    return stops.reduce(
      (total, stop) => total + Math.max(0, Math.min(toUs, stop.toUs) - Math.max(fromUs, stop.fromUs)),
      0,
    );
  }
}

/** The list under that key, made where there is none. */
export function listOf<T>(lists: Map<string, T[]>, key: string): T[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}
