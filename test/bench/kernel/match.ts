/**
 * Ours against peers, alternated, so that whatever the machine does meanwhile meets both sides.
 *
 * Of many configurations of a peer each is tried once; the two best of that run on, and the one with the better
 * median counts.
 */
import type { Contender } from "./contender.ts";
import { type Figure, medianFigure } from "./figure.ts";

export interface Outcome<C extends Contender = Contender> {
  readonly contender: C;
  readonly figure: Figure;
}

export interface MatchResult<C extends Contender> {
  readonly ours: readonly Outcome<C>[];
  /** The better configuration; `undefined` where there is no peer. */
  readonly peer: Outcome | undefined;
}

const IN_THE_FINAL = 2;

export function match<C extends Contender>(
  ours: readonly C[],
  peers: readonly Contender[],
  runs: number,
  onRun: (name: string, figure: Figure) => void,
): MatchResult<C> {
  const run = (contender: Contender) => {
    const figure = contender.run();
    onRun(contender.name, figure);
    return figure;
  };
  const tried = peers.length <= IN_THE_FINAL ? peers : best(peers, run);
  const all: readonly Contender[] = [...ours, ...tried];
  const figures = new Map<Contender, Figure[]>(all.map((contender) => [contender, []]));
  for (let n = 0; n < runs; n++) for (const contender of all) figures.get(contender)!.push(run(contender));
  const outcome = <T extends Contender>(contender: T): Outcome<T> => ({
    contender,
    figure: medianFigure(figures.get(contender)!),
  });
  const [peer] = tried.map(outcome).sort((a, b) => a.figure.value - b.figure.value);
  return { ours: ours.map(outcome), peer };
}

function best(peers: readonly Contender[], run: (contender: Contender) => Figure): readonly Contender[] {
  return peers
    .map((contender) => ({ contender, value: run(contender).value }))
    .sort((a, b) => a.value - b.value)
    .slice(0, IN_THE_FINAL)
    .map(({ contender }) => contender);
}
