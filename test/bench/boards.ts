/**
 * `npm run bench:boards [-- --trials 100] [--count 1000000] [--only word]... [--json]`: the figures of boards and brokers.
 * See `boards/README.md` for what each row does.
 */
import type { BoardsBench } from "./boards/bench.ts";
import { boardCalls } from "./boards/calls.ts";
import { fleets } from "./boards/fleets.ts";
import { outboxDrained } from "./boards/outbox-drained.ts";
import { outboxKilled } from "./boards/outbox-killed.ts";
import { printRows } from "./rows.ts";
import { hasWords, readWords, runBenches } from "./run-benches.ts";

const BENCHES: readonly BoardsBench[] = [boardCalls, fleets, outboxKilled, outboxDrained];
const USAGE = "npm run bench:boards -- [--trials 100] [--count 1000000] [--only word]... [--json]";

const DEFAULTS = { trials: 100, count: 1_000_000 };

const { options, only } = readWords(process.argv.slice(2), DEFAULTS, USAGE);
printRows(await runBenches(BENCHES, options, (bench) => hasWords(bench, only)));
