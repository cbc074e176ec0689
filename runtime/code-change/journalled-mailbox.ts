/** The mailbox of a process on trial: knows which item each message came by. */
import { Mailbox, type MailboxEntry } from "../process/mailbox.ts";
import type { Pattern } from "../process/pattern.ts";
import type { TakenWords } from "./taken-words.ts";

export class JournalledMailbox extends Mailbox {
  /** The item whose message arrives now; 0: something that is not kept by its item. */
  arriving = 0;
  readonly #ids = new WeakMap<MailboxEntry, number>();
  readonly #taken: TakenWords;

  constructor(capacity: number, taken: TakenWords) {
    super(capacity);
    this.#taken = taken;
  }

  idOf(entry: MailboxEntry): number | undefined {
    return this.#ids.get(entry);
  }

  override push(message: unknown, deadlineUs?: number, band?: number): boolean {
    if (!super.push(message, deadlineUs, band)) return false;
    this.#arrived();
    return true;
  }

  override pushSignal(message: unknown, deadlineUs?: number, band?: number): void {
    super.pushSignal(message, deadlineUs, band);
    this.#arrived();
  }

  override restore(entry: MailboxEntry): void {
    super.restore(entry);
    this.#arrived();
  }

  override take(pattern?: Pattern): MailboxEntry | undefined {
    return this.#note(super.take(pattern));
  }

  override takeArrived(pattern?: Pattern): MailboxEntry | undefined {
    return this.#note(super.takeArrived(pattern));
  }

  #arrived(): void {
    if (this.arriving > 0) this.#ids.set(this.newest!, this.arriving);
  }

  #note(entry: MailboxEntry | undefined): MailboxEntry | undefined {
    const id = entry && this.#ids.get(entry);
    if (id !== undefined) this.#taken.note(id);
    return entry;
  }
}
