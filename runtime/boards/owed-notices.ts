/**
 * Who is still to be told that a message to it was lost: until there is room for the notice nothing else goes to that
 * board, so that nobody takes what comes later for all there was.
 */
import type { BoardLink } from "./board-link.ts";
import { type Addressee, encodeNotice } from "./frame-codec.ts";
import type { Here } from "./pid-codec.ts";

/** Receivers of one board that can be remembered. */
const MOST = 1024;

export class OwedNotices {
  /** By board, and there by process. */
  readonly #owed = new Map<string, Map<string, Addressee>>();

  /** False when that would be too many. */
  add(board: string, { cell, to }: Addressee): boolean {
    const owed = this.#owed.get(board) ?? new Map<string, Addressee>();
    this.#owed.set(board, owed);
    if (owed.size >= MOST) return false;
    owed.set(`${cell}/${to.incarnation}/${to.number}`, { cell, to });
    return true;
  }

  /** Tells as many as there is room for; false when some are left. */
  settle(link: BoardLink, here: Here): boolean {
    const owed = this.#owed.get(link.peer);
    if (owed === undefined) return true;
    for (const [id, addressee] of owed) {
      if (!link.send(encodeNotice({ notice: "lost", ...addressee }, here), here.nowUs)) return false;
      owed.delete(id);
    }
    this.#owed.delete(link.peer);
    return true;
  }

  /** The link is gone, and everybody there hears that. */
  forget(board: string): void {
    this.#owed.delete(board);
  }
}
