/**
 * Monitors and links that processes of other boards have set on processes of this one: so many of each board. A monitor costs its
 * cell memory for as long as it stands, and whoever knows one process could set them without end. Whatever ends one takes it out
 * here: its owner's word, the end of either process or cell, and the end of the link between the boards. A request counts until it is
 * answered, as it brings a monitor along.
 */
import type { WirePid } from "../process/pid.ts";
import type { Frame, MonitorFrame, WireTarget } from "../process/signal.ts";

/** Of one board: ten times what a controller of each of a hundred devices needs; some 2 MB of this board's memory. */
export const MOST_BONDS = 10_000;

type Bond = MonitorFrame | Extract<Frame, { kind: "link" }>;

/** Whose side it is set from. */
interface Holder {
  /** Life of a cell over there. */
  readonly theirs: string;
  /** Life of the cell of the process here. */
  readonly ours: string;
}

export class ForeignBonds {
  readonly #most: number;
  readonly #boards = new Map<string, Map<string, Holder>>();

  constructor(most = MOST_BONDS) {
    this.#most = most;
  }

  /** So many stand of that board. */
  of(board: string): number {
    return this.#boards.get(board)?.size ?? 0;
  }

  /** A frame of that board for a cell of this one. False for one more bond than it may have: it is not to be handed on. */
  comes(board: string, cell: string, frame: Frame): boolean {
    const bond = bondOf(frame);
    if (bond !== undefined) return this.#set(board, cell, bond);
    if (frame.kind === "demonitor") this.#drop(board, monitorKey(frame.from, frame.ref));
    else if (frame.kind === "unlink") for (const id of frame.ids) this.#drop(board, id);
    else if (frame.kind === "exit") for (const id of frame.links ?? []) this.#drop(board, id);
    return true;
  }

  /** A frame of this board for a cell of that one. */
  goes(board: string, cell: string, frame: Frame): void {
    const { to } = frame;
    if (frame.kind === "down") this.#drop(board, monitorKey({ cell, ...to }, frame.ref));
    else if (frame.kind === "message") {
      if (frame.closed === true) this.#drop(board, monitorKey({ cell, ...to }, frame.alias!));
    } else if (frame.kind === "exit") for (const id of frame.links ?? []) this.#drop(board, id);
    else if (frame.kind === "unlink") for (const id of frame.ids) this.#drop(board, id);
  }

  /** A life of a cell of this board is over. */
  ended(cell: string, incarnation: number): void {
    const life = lifeOf(cell, incarnation);
    for (const bonds of this.#boards.values())
      for (const [key, { ours }] of bonds) if (ours === life) bonds.delete(key);
  }

  /** A life of a cell of that board is over. */
  endedThere(board: string, cell: string, incarnation: number): void {
    const life = lifeOf(cell, incarnation);
    const bonds = this.#boards.get(board);
    for (const [key, { theirs }] of bonds ?? []) if (theirs === life) bonds!.delete(key);
  }

  /** The link with that board is over. */
  forget(board: string): void {
    this.#boards.delete(board);
  }

  #set(board: string, cell: string, { from, to, ...bond }: Bond): boolean {
    let bonds = this.#boards.get(board);
    if (bonds === undefined) {
      bonds = new Map();
      this.#boards.set(board, bonds);
    }
    const key = bond.kind === "link" ? bond.id : monitorKey(from, bond.ref);
    if (bonds.size >= this.#most && !bonds.has(key)) return false;
    bonds.set(key, {
      theirs: lifeOf(from.cell, from.incarnation),
      ours: lifeOf(cell, to.incarnation),
    });
    return true;
  }

  #drop(board: string, key: string): void {
    this.#boards.get(board)?.delete(key);
  }
}

/** What a frame would set; a request brings the monitor of whoever asks. */
function bondOf(frame: Frame): Bond | undefined {
  if (frame.kind === "monitor" || frame.kind === "link") return frame;
  if (frame.kind !== "message" || frame.monitor === undefined) return undefined;
  return { kind: "monitor", to: frame.to, ...frame.monitor };
}

/** Numbers of monitors are unique in a life of a cell. */
function monitorKey(
  { cell, incarnation }: Pick<WirePid, "cell"> & Pick<WireTarget, "incarnation">,
  ref: number,
) {
  return `${cell}.${incarnation}/${ref}`;
}

function lifeOf(cell: string, incarnation: number): string {
  return `${cell}.${incarnation}`;
}
