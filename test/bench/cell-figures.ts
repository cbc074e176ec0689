/**
 * What cells cost: a request to another cell and back, and a restart, by kind.
 *
 *   node dist/test/bench/cell-figures.js [trials]
 */
import type { CellSpec } from "../../runtime/cell/kernel.ts";
import { ThreadKernel } from "../../runtime/cell/thread-kernel.ts";
import type { Pid } from "../../runtime/process/pid.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import { SystemClock } from "../../runtime/time/system-clock.ts";
import { NICE, setThreadNice } from "../../runtime/time/thread-priority.ts";

type Kind = "thread" | "child";
type Report =
  | { readonly type: "born"; readonly atUs: number }
  | { readonly type: "took"; readonly tookUs: number[] };

const module = "bench:cells";
const program = new URL("./cell-thread.js", import.meta.url);
const clock = new SystemClock();

/** A kernel and a process that hands on what its cells report. */
function setUp(spares: number) {
  let heard: (report: Report) => void = () => {};
  let ended: (atUs: number) => void = () => {};
  const kernel = new ThreadKernel({
    board: "bench",
    clock,
    program: () => program,
    spares: () => spares,
    hooks: { ended: () => ended(clock.now()) },
  });
  const reporter = kernel.cell.spawn(function* report(self: Self<Report>): ProcessGenerator {
    for (;;) {
      const message = yield* self.receive();
      if (message.type === "born" || message.type === "took") heard(message);
    }
  }, []);
  const start = (name: string, kind: Kind, body: string, args: CellSpec["args"]): Pid =>
    kernel.startCell({ name, kind, body: { module, name: body }, args });
  const next = () => new Promise<Report>((resolve) => (heard = resolve));
  const nextEnd = () => new Promise<number>((resolve) => (ended = resolve));
  return { kernel, reporter, start, next, nextEnd };
}

/** Round trips between two cells, us. */
export async function requestFigures(from: Kind, to: Kind, count = 5000): Promise<number[]> {
  const { kernel, reporter, start, next } = setUp(0);
  const other = start("answers", to, "answers", []);
  start("asks", from, "asks", [other, count, reporter]);
  const report = await next();
  await kernel.stop();
  return report.type === "took" ? report.tookUs.slice(count / 10) : [];
}

/** From the order to end a cell, and from its end, to the first resume of its replacement, us. */
export async function restartFigures(
  kind: Kind,
  spares: number,
  trials: number,
): Promise<{ fromOrderUs: number[]; fromEndUs: number[] }> {
  const { kernel, reporter, start, next, nextEnd } = setUp(spares);
  const fromOrderUs: number[] = [];
  const fromEndUs: number[] = [];
  for (let life = 1; life <= trials + 1; life++) {
    const born = next();
    let endUs = clock.now();
    let orderUs = endUs;
    if (life > 1) {
      const end = nextEnd();
      orderUs = clock.now();
      kernel.endCell("cell", life - 1, "killed");
      endUs = await end;
    }
    start("cell", kind, "born", [reporter]);
    const report = await born;
    if (life > 1 && report.type === "born") {
      fromOrderUs.push(report.atUs - orderUs);
      fromEndUs.push(report.atUs - endUs);
    }
    while (kernel.spareCount < spares) await new Promise((done) => setTimeout(done, 5));
    await new Promise((done) => setTimeout(done, 20));
  }
  await kernel.stop();
  return { fromOrderUs, fromEndUs };
}

/** Median, 99 %, worst. */
export function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  const ms = (us: number) => (us >= 1000 ? `${(us / 1000).toFixed(2)} ms` : `${us.toFixed(0)} us`);
  return `median ${ms(at(0.5))}, p99 ${ms(at(0.99))}, worst ${ms(at(1))}`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  setThreadNice(NICE.kernel); // as a board's kernel
  const trials = Number(process.argv[2] ?? 200);
  for (const [from, to] of [
    ["thread", "thread"],
    ["thread", "child"],
    ["child", "child"],
  ] as const) {
    console.log(`request ${from} to ${to} and back: ${spread(await requestFigures(from, to))}`);
  }
  for (const [kind, spares] of [
    ["thread", 1],
    ["thread", 0],
    ["child", 0],
  ] as const) {
    const { fromOrderUs, fromEndUs } = await restartFigures(kind, spares, spares === 0 ? trials / 4 : trials);
    console.log(`restart of a ${kind}, ${spares} spare, from its end: ${spread(fromEndUs)}`);
    console.log(`restart of a ${kind}, ${spares} spare, from the order: ${spread(fromOrderUs)}`);
  }
}
