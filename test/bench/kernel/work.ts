/** A work of the benchmark: who does it, and what is asked. */
import { fileURLToPath } from "node:url";
import { type Contender, type Cores, runProgram } from "./contender.ts";
import type { Goal, Unit } from "./goal.ts";
import type { Otp, OtpWork } from "./otp.ts";
import { type OurContender, type OurWork, ourCell } from "./our-cell.ts";

export interface Work {
  readonly name: string;
  readonly unit: Unit;
  readonly goal: Goal;
  /** A row each. */
  readonly ours: readonly OurContender[];
  readonly peers: readonly Contender[];
  /** Run and printed, not judged. */
  readonly asides?: readonly Contender[];
}

/** Erlang's side of works; without Erlang nobody stands on it. */
export class Erlang {
  readonly #otp: Otp | undefined;

  constructor(otp: Otp | undefined) {
    this.#otp = otp;
  }

  /** All configurations. */
  peers(work: OtpWork): Contender[] {
    return this.#otp?.contenders(work) ?? [];
  }

  /** One configuration, by its own name. */
  aside(name: string, work: OtpWork): Contender[] {
    return this.peers({ options: [""], oneScheduler: true, ...work }).map(({ run }) => ({ name, run }));
  }
}

/** A row for two levels of `yield*` at the receive, and one for eight. */
export function twoDepths(work: OurWork): OurContender[] {
  return [2, 8].map((depth) => ourCell(work, depth));
}

/** Ours, for information. */
export function ourAside(name: string, work: OurWork, depth: number): Contender {
  const { run } = ourCell(work, depth);
  return { name, run };
}

/** One of our programs beside this file, in a Node process of its own. */
export function program(name: string, file: string, words: readonly string[], cores: Cores): OurContender {
  const path = fileURLToPath(new URL(`./${file}.js`, import.meta.url));
  const runWith = (options: readonly string[]) =>
    runProgram(process.execPath, [...options, path, ...words], cores);
  return { name, run: () => runWith([]), runWith };
}
