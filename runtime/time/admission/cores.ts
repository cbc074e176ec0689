/** Cells on cores: a cell stays on one core, so what they use is packed, not averaged. */

/** What a core may be used, in millionths: the rest is for the operating system and for what nobody declared. */
export const CORE_LIMIT_PPM = 800_000;

/** A thread that wants a share of a core. */
export interface Load {
  readonly name: string;
  /** In millionths of a core. */
  readonly usePpm: number;
  /** The core it is bound to, from 0; absent: any. */
  readonly core?: number;
}

export interface CoreUse {
  readonly core: number;
  readonly usePpm: number;
  readonly members: readonly string[];
}

export interface Packing {
  readonly cores: readonly CoreUse[];
  /** Loads that no core, or not theirs, has room for, with what is left on the core that has most. */
  readonly left: readonly { readonly load: Load; readonly roomPpm: number }[];
}

/**
 * Bound loads first, then the greatest first onto the first core with room (first-fit decreasing; Johnson 1974: about
 * 11/9 of the cores that the best packing needs, at worst). The same loads give the same packing in whatever order.
 */
export function packCores(loads: readonly Load[], cores: number, limitPpm = CORE_LIMIT_PPM): Packing {
  const uses = Array.from({ length: cores }, (_, core) => ({ core, usePpm: 0, members: [] as string[] }));
  const left: { load: Load; roomPpm: number }[] = [];
  const order = [...loads].sort(
    (a, b) =>
      Number(b.core !== undefined) - Number(a.core !== undefined) ||
      b.usePpm - a.usePpm ||
      (a.name < b.name ? -1 : 1),
  );
  for (const load of order) {
    const allowed = uses.filter(({ core }) => load.core === undefined || load.core === core);
    const place = allowed.find(({ usePpm }) => usePpm + load.usePpm <= limitPpm);
    if (place === undefined) {
      const roomPpm = Math.max(0, ...allowed.map(({ usePpm }) => limitPpm - usePpm));
      left.push({ load, roomPpm });
      continue;
    }
    place.usePpm += load.usePpm;
    place.members.push(load.name);
  }
  return { cores: uses, left };
}
