/**
 * The history of boots on stable storage, `boots.json` in the board's state folder. The launcher or the service's boot
 * step writes the boot and its end, the runtime how long it has lived; the guardian only reads. Never two at once: one
 * starts after the other, and ends before it.
 */
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  type BootEvidence,
  type BootRecord,
  type BootVerdict,
  isHistory,
  verdictOf,
  withBoot,
  withLast,
} from "./boot-history.ts";

export class KeptBoots {
  readonly #file: string;
  readonly #bootId: string;

  /** Of one board, below the state folder, in the boot with this id. */
  constructor(stateFolder: string, board: string, bootId: string) {
    this.#file = join(stateFolder, board, "boots.json");
    this.#bootId = bootId;
  }

  /** Writes this boot down. Rejects when it cannot: then nobody counts, and the verdict allows no reset. */
  async begin(evidence: Omit<BootEvidence, "bootId">): Promise<BootVerdict> {
    await this.#write(withBoot(await this.#read(), { bootId: this.#bootId, ...evidence }));
    return this.verdict();
  }

  /** The board ends in order. Rejects when it cannot be written. */
  async end(): Promise<void> {
    await this.#write(withLast(await this.#read(), this.#bootId, { ended: true }));
  }

  /** This boot has lived for so long. Rejects when it cannot be written. */
  async lived(minutes: number): Promise<void> {
    await this.#write(withLast(await this.#read(), this.#bootId, { livedMin: minutes }));
  }

  /** Of this boot, as it was written down. */
  async verdict(): Promise<BootVerdict> {
    return verdictOf(await this.#read(), this.#bootId);
  }

  /** A file that is missing or damaged counts as empty. */
  async #read(): Promise<readonly BootRecord[]> {
    try {
      const value: unknown = JSON.parse(await readFile(this.#file, "utf8"));
      return isHistory(value) ? value : [];
    } catch {
      return []; // no boot was written down yet, or half of one
    }
  }

  /** Aside, to the disk, then in its place: a power cut leaves the old history or the new one. */
  async #write(history: readonly BootRecord[]): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true });
    const aside = await open(`${this.#file}.new`, "w");
    try {
      await aside.writeFile(JSON.stringify(history));
      await aside.sync();
    } finally {
      await aside.close();
    }
    await rename(`${this.#file}.new`, this.#file);
  }
}
