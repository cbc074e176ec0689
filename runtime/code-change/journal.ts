/**
 * What the old version keeps of everything it handed on, until a step of the new one says that it is done with:
 * the last step and the items after it are all that a roll-back needs.
 */
import type { Belongings, PackedEntry } from "../process/belongings.ts";
import type { MessageFrame, PackedBody } from "../process/signal.ts";
import type { Item, Step } from "./gate-frame.ts";

/** How the old version goes on. */
export interface ComeBack {
  /** Absent: with the state it had when it stopped. */
  readonly state: PackedBody | undefined;
  readonly belongings: Belongings;
  /** What waited in the mailbox at the last step, in order. */
  readonly mailbox: readonly PackedEntry[];
  /** What came after it. `lost`: its message is not delivered again. */
  readonly items: readonly { readonly item: Item; readonly lost: boolean }[];
  /** Messages that are not delivered again. */
  readonly lost: readonly PackedEntry[];
}

export class Journal {
  /** Handed on and not done with, by id. */
  readonly #items = new Map<number, Item | { readonly entry: PackedEntry }>();
  #lastId = 0;
  #messages = 0;
  #upTo: number;
  #pending: readonly (number | PackedEntry)[];
  #belongings: Belongings;
  #state: PackedBody | undefined;

  constructor(mailbox: readonly PackedEntry[], belongings: Belongings) {
    for (const entry of mailbox) this.#keep({ entry });
    this.#upTo = this.#lastId;
    this.#pending = mailbox.map((_, index) => index + 1);
    this.#belongings = belongings;
  }

  /** Messages handed on and not done with. */
  get messages(): number {
    return this.#messages;
  }

  /** Its id. */
  add(item: Item): number {
    return this.#keep(item);
  }

  step({ upTo, pending, belongings, state }: Step): void {
    this.#upTo = upTo;
    this.#pending = pending;
    this.#belongings = belongings;
    this.#state = state;
    const waiting = new Set(pending);
    for (const [id, kept] of this.#items) {
      if (id > upTo) break;
      if (waiting.has(id)) continue;
      this.#items.delete(id);
      if (isMessage(kept)) this.#messages--;
    }
  }

  /** `killers`: ids of what had been taken for a step that never came. */
  comeBack(killers: readonly number[]): ComeBack {
    const gone = new Set(killers.filter((id) => this.#mayBeLost(id)));
    const lost = [...gone].map((id) => entryOf(this.#items.get(id)!)!);
    const mailbox = this.#pending.flatMap((one) => {
      if (typeof one !== "number") return [one];
      const kept = this.#items.get(one);
      return gone.has(one) || kept === undefined ? [] : [entryOf(kept)!];
    });
    const items = [...this.#items].flatMap(([id, item]) =>
      id <= this.#upTo || "entry" in item ? [] : [{ item, lost: gone.has(id) }],
    );
    return { state: this.#state, belongings: this.#belongings, mailbox, items, lost };
  }

  /** A message that is not done with. Signals are never lost. */
  #mayBeLost(id: number): boolean {
    const kept = this.#items.get(id);
    if (kept === undefined || !isMessage(kept)) return false;
    return !("entry" in kept && kept.entry.isSignal);
  }

  #keep(kept: Item | { readonly entry: PackedEntry }): number {
    this.#items.set(++this.#lastId, kept);
    if (isMessage(kept)) this.#messages++;
    return this.#lastId;
  }
}

function isMessage(kept: Item | { readonly entry: PackedEntry }): boolean {
  return "entry" in kept || ("frame" in kept && kept.frame.kind === "message");
}

/** A message as it lies in a mailbox. */
function entryOf(kept: Item | { readonly entry: PackedEntry }): PackedEntry | undefined {
  if ("entry" in kept) return kept.entry;
  if (!("frame" in kept)) return undefined;
  const { packed, deadlineUs, band, alias } = kept.frame as MessageFrame;
  return { packed, deadlineUs, band, isSignal: alias !== undefined };
}
