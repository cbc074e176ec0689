/** Our side: a thread cell of a real kernel, in a Node process of its own. */
import { fileURLToPath } from "node:url";
import { type Contender, type Cores, runProgram } from "./contender.ts";
import type { SubjectOrder } from "./subject.ts";

const subject = fileURLToPath(new URL("./subject.js", import.meta.url));

export interface OurWork {
  readonly module: string;
  readonly body: string;
  readonly words?: Readonly<Record<string, unknown>>;
  /** Default 128. */
  readonly heapMb?: number;
  readonly server?: string;
  /** Default: one. */
  readonly cores?: Cores;
}

export interface OurContender extends Contender {
  /** The same with further options of Node, for a profile. */
  runWith(nodeOptions: readonly string[]): void;
}

export function ourCell(work: OurWork, depth: number): OurContender {
  const { module, body, words = {}, heapMb = 128, server, cores = "one" } = work;
  const order: SubjectOrder = {
    module,
    body,
    depth,
    words,
    heapMb,
    ...(server === undefined ? {} : { server }),
  };
  const run = (options: readonly string[]) =>
    runProgram(process.execPath, [...options, subject, JSON.stringify(order)], cores);
  return { name: `depth ${depth}`, run: () => run([]), runWith: run };
}
