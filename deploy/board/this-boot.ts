/** The boot of this machine, as it was written down: for whoever writes it down, and for the guardian, who only reads. */
import type { SystemFiles } from "../../firmware/contracts/system-files.ts";
import { localFiles } from "../../firmware/linux/local-files.ts";
import { bootEvidence, bootId } from "./boot-evidence.ts";
import type { BootNotice } from "./boot-notice.ts";
import { KeptBoots } from "./kept-boots.ts";

export class ThisBoot {
  readonly #bootId: string;
  readonly #files: SystemFiles;
  readonly #boots: KeptBoots;

  constructor(stateFolder: string, board: string, files: SystemFiles = localFiles()) {
    this.#files = files;
    this.#bootId = bootId(files);
    this.#boots = new KeptBoots(stateFolder, board, this.#bootId);
  }

  /** Writes it down. One that cannot be is told by its verdict: no reset may follow from it. `failed` hears why. */
  async begin(failed: (why: string) => void): Promise<void> {
    await this.#boots.begin(bootEvidence(this.#files)).catch((error: Error) => failed(error.message));
  }

  /** The board ends in order: what comes next is no reset. `failed` hears why it could not be written. */
  async end(failed: (why: string) => void): Promise<void> {
    await this.#boots.end().catch((error: Error) => failed(error.message));
  }

  async notice(): Promise<BootNotice> {
    return { bootId: this.#bootId, ...(await this.#boots.verdict()) };
  }
}
