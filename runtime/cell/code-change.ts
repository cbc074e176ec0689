/** Changing the code of a cell that runs, as an operator or a supervisor asks for it. */
import type { ExitReason } from "../process/exit-reason.ts";
import type { CellSpec } from "./kernel.ts";

/** What is new; the rest of the cell's specification stays. */
export type NewCode = Partial<
  Pick<CellSpec, "program" | "body" | "setup" | "heapMb" | "externalMb" | "hangLimitUs">
>;

export interface TrialOptions {
  /** How long the new version has to do well, ms. `Infinity`: until `passTrial`. Default 10 s. */
  readonly trialMs?: number;
  /** How long the old process may take to come to the end of what it has at hand, ms. Default 5 s. */
  readonly stopMs?: number;
}

/** What becomes of a code change. `trial` is followed by one of the other two, which are the last. */
export type TrialNews =
  /** The new version handles messages. */
  | { readonly phase: "trial" }
  | { readonly phase: "committed" }
  /**
   * The old version goes on, or never stopped. `lost`: the messages that killed the new one, as text; nobody will
   * answer them.
   */
  | { readonly phase: "rolledBack"; readonly cause: ExitReason; readonly lost: readonly string[] }
  /** The cell ended meanwhile, as it would have without a change of code. */
  | { readonly phase: "over"; readonly cause: ExitReason };

export const TRIAL_MS = 10_000;
export const STOP_MS = 5000;

/** The name under which the watchdog and the composition's hooks know a new version on trial. */
export function trialName(cell: string): string {
  return `${cell}#trial`;
}

/** Code that changed stays so for the next lives of its cell: whoever starts it names the code it was born with. */
export class ChangedCode {
  readonly #changed = new Map<string, { readonly born: CellSpec["body"]; readonly code: NewCode }>();

  /** From now on that is the code of this cell. */
  keep(name: string, before: CellSpec, code: NewCode): void {
    const born = this.#changed.get(name)?.born ?? before.body;
    this.#changed.set(name, { born, code: { ...this.#changed.get(name)?.code, ...code } });
  }

  /** What a cell is to be started with now; another body than the one that was changed is new itself. */
  specOf(spec: CellSpec): CellSpec {
    const changed = this.#changed.get(spec.name);
    if (changed === undefined) return spec;
    const { born, code } = changed;
    if (born.module === spec.body.module && born.name === spec.body.name) return { ...spec, ...code };
    this.#changed.delete(spec.name);
    return spec;
  }
}
