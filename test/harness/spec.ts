/**
 * One test, written as a sentence that states a fact.
 *
 * Built on uvu, whose 0.5.6 exits 0 when a hook throws or `run()` is forgotten (lukeed/uvu#80) and has no
 * time limit. So: no hooks; every test has a limit; `t.defer` undoes in reverse order even after a failure;
 * the suite runs by itself after the file was evaluated; and the process fails unless every declared test
 * reported an end. The last line is `# spec {"passed":N,"failed":N,"skipped":N}` for the runner.
 */
import { basename } from "node:path";
import { suite } from "uvu";
import { PATIENCE } from "./patience.ts";

export interface SpecContext {
  /** Runs `undo` when the test ends, last registered first; errors in it fail the test. */
  defer(undo: () => unknown): void;
  /** Ends the test as skipped: `reason` is printed. In CI (`CI=true`) a skip is a failure. */
  skip(reason: string): never;
}

export interface SpecOptions {
  /** Longest time the test may take on a quiet machine, ms (see `patience.ts`). Default 5000. */
  limitMs?: number;
  /** Runs whatever `SPEC_FILTER` says: for the test that ends what others share. */
  always?: boolean;
}

/** What `skip` throws. */
export class Skipped extends Error {}

const file = basename(process.argv[1] ?? "spec").replace(/\.(test|brokers)\.[jt]s$/, "");
const tests = suite(file);
const filter = process.env.SPEC_FILTER;
/** Each test says when it begins, and how long it took: for runs of minutes that somebody watches. */
const progress = process.env.SPEC_PROGRESS !== undefined;
const counts = { declared: 0, passed: 0, failed: 0, skipped: 0 };

/** Declares a test. `name` is a sentence; the body may be asynchronous. */
export function spec(
  name: string,
  body: (t: SpecContext) => unknown,
  { limitMs = 5000, always = false }: SpecOptions = {},
): void {
  if (filter !== undefined && !always && !name.includes(filter)) return;
  counts.declared++;
  tests(name, async () => {
    const startMs = performance.now();
    if (progress) console.log(`  ... ${name}`);
    const undos: (() => unknown)[] = [];
    const context: SpecContext = {
      defer: (undo) => void undos.push(undo),
      skip: (reason) => {
        throw new Skipped(reason);
      },
    };
    const errors: unknown[] = [];
    try {
      await within(limitMs * PATIENCE, `"${name}" did not end`, async () => body(context));
    } catch (error) {
      errors.push(error);
    }
    for (const undo of undos.reverse()) {
      try {
        await within(10_000 * PATIENCE, `a deferred undo of "${name}" did not end`, async () => undo());
      } catch (error) {
        errors.push(error);
      }
    }
    if (counts.passed + counts.failed + counts.skipped + 1 === counts.declared) linger(process.cpuUsage());
    const [first] = errors;
    if (progress)
      console.log(`  ${endOf(first)} after ${((performance.now() - startMs) / 1000).toFixed(0)} s`);
    if (first === undefined) {
      counts.passed++;
    } else if (first instanceof Skipped && errors.length === 1 && process.env.CI !== "true") {
      counts.skipped++;
      console.log(`  skipped: ${name}: ${first.message}`);
    } else {
      counts.failed++;
      const error = first instanceof Error ? first : new Error(String(first));
      console.log(`\n  not ok: ${file}: ${name}\n    ${error.stack?.replaceAll("\n", "\n    ")}`);
      throw error;
    }
  });
}

/**
 * Stays until nothing in this process computes any more, 2 s at most: a process that ends while V8's compiler waits in
 * another thread for a collection hangs for ever (nodejs/node#54918, Node 20 to 26; seen here in one of 5,000 ends).
 */
function linger(before: NodeJS.CpuUsage, rounds = 100): void {
  setTimeout(() => {
    const { user, system } = process.cpuUsage(before);
    if (user + system > 2000 && rounds > 0) linger(process.cpuUsage(), rounds - 1);
    // What a test that failed has left open would keep it for ever.
    else if (counts.failed > 0) process.exit(1);
  }, 20);
}

function endOf(error: unknown): string {
  if (error === undefined) return "ok";
  return error instanceof Skipped ? "skipped" : "not ok";
}

async function within(limitMs: number, what: string, run: () => Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} within ${limitMs} ms`)), limitMs);
  });
  try {
    await Promise.race([run(), limit]);
  } finally {
    clearTimeout(timer);
  }
}

setImmediate(() => {
  if (counts.declared > 0) tests.run();
});

process.on("exit", (code) => {
  // A benchmark that uses what tests use declares nothing, and its own last line is for programs.
  if (counts.declared === 0 && filter === undefined) return;
  const finished = counts.passed + counts.failed + counts.skipped;
  const unfinished = counts.declared - finished;
  if (unfinished > 0) console.log(`  not ok: ${file}: ${unfinished} declared test(s) never finished`);
  const { passed, skipped } = counts;
  const failed = counts.failed + unfinished;
  console.log(`# spec ${JSON.stringify({ passed, failed, skipped })}`);
  if (failed > 0 && code === 0) process.exitCode = 1;
});
