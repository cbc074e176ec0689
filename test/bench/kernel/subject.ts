/**
 * Runs one work of ours: a kernel with a thread cell, as on a board, whose first process measures itself. Argument:
 * a `SubjectOrder` as JSON; the last line printed is the `Figure`.
 */
import type { CellSpec } from "../../../runtime/cell/kernel.ts";
import { ThreadKernel } from "../../../runtime/cell/thread-kernel.ts";
import { describeReason, isOrderly } from "../../../runtime/process/exit-reason.ts";
import type { ProcessGenerator } from "../../../runtime/process/process.ts";
import type { Self } from "../../../runtime/process/self.ts";
import { SystemClock } from "../../../runtime/time/system-clock.ts";
import type { Figure } from "./figure.ts";

export interface SubjectOrder {
  /** Module below `work/`, without its ending, and its export. */
  readonly module: string;
  readonly body: string;
  readonly depth: number;
  /** Further properties of the body's order. */
  readonly words: Readonly<Record<string, unknown>>;
  /** Heap limit of the cell, MB. */
  readonly heapMb: number;
  /** An export of the same module that runs in a cell of its own; its pid is `server` in the order. */
  readonly server?: string;
}

const order = JSON.parse(process.argv[2]!) as SubjectOrder;
const module = new URL(`./work/${order.module}.js`, import.meta.url).href;

const kernel = new ThreadKernel({
  board: "bench",
  clock: new SystemClock(),
  hooks: {
    // The end of the subject may be known before its last message is read.
    ended: ({ name }, cause) => {
      if (isOrderly(cause)) return;
      console.error(`cell ${name} ended: ${describeReason(cause)}`);
      process.exit(1);
    },
  },
});
const report = kernel.cell.spawn(reporter, []);
const words: Record<string, unknown> = { ...order.words, report, depth: order.depth };
if (order.server !== undefined) words.server = kernel.startCell(cell("server", order.server, undefined));
kernel.startCell(cell("subject", order.body, words));

function* reporter(self: Self<{ type: "figure"; figure: Figure }>): ProcessGenerator {
  const { figure } = yield* self.receive("figure");
  console.log(JSON.stringify(figure));
  void kernel.stop().then(() => process.exit(0));
}

function cell(name: string, body: string, words: object | undefined): CellSpec {
  return { name, body: { module, name: body }, args: [words], heapMb: order.heapMb };
}
