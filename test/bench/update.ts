/**
 * `npm run bench:update [-- --megabytes 35] [--trials 3] [--only word]... [--json]`: a release by each way to a whole emulated board: how fast it
 * comes (fetched, compared, written, read back), what it costs the board's runtime, in which its own broker is, and what control
 * notices of it.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { writeBundle } from "../../deploy/release/bundle-writer.ts";
import type { Manifest } from "../../deploy/release/manifest.ts";
import { ABOUT, aKey } from "../deploy/release/a-bundle.ts";
import { HERE } from "../deploy/update/a-place.ts";
import { Board } from "../end-to-end/board.ts";
import { mosquitto } from "../harness/mosquitto.ts";
import type { SpecContext } from "../harness/spec.ts";
import { printRows, type Row } from "./rows.ts";
import { readWords } from "./run-benches.ts";

const USAGE = "npm run bench:update -- [--megabytes 35] [--trials 3] [--only word]... [--json]";
const ENDS = fileURLToPath(new URL("./update/ends.js", import.meta.url));
/** Of a kernel (USER_HZ). */
const TICKS_PER_S = 100;
const SLOW_RATE = 1_000_000;

const { options, only } = readWords(process.argv.slice(2), { megabytes: 35, trials: 3 }, USAGE);
const undos: (() => unknown)[] = [];
const context = {
  defer: (undo: () => unknown) => void undos.push(undo),
  skip: (reason: string): never => {
    throw new Error(reason);
  },
} satisfies SpecContext;

try {
  printRows(await rowsOf());
} finally {
  for (const undo of undos.reverse()) await undo();
}

async function rowsOf(): Promise<Row[]> {
  const { file, key } = await bundleOf(options.megabytes);
  const board = await Board.launch();
  context.defer(() => board.discard());
  await board.inService();
  const other = await mosquitto(context);
  const ways: readonly (readonly [name: string, broker: string, isHttp: boolean, rate: number])[] = [
    ["HTTP", board.mqttUrl, true, 0],
    ["parts, the board's own broker", board.mqttUrl, false, 0],
    ["parts, Mosquitto", other.url, false, 0],
    [`parts, own broker, updateRate ${SLOW_RATE / 1e6} MB`, board.mqttUrl, false, SLOW_RATE],
  ];
  const rows = [row("at rest, 20 s", await measured(board, rest))];
  for (const [name, broker, isHttp, rate] of ways) {
    if (!only.every((word) => name.toLowerCase().includes(word.toLowerCase()))) continue;
    const offer = started("offer", broker, file);
    const url = await offer.line;
    for (let trial = 0; trial < options.trials; trial++) {
      const taken = await measured(board, async () => {
        const { line } = started("receive", isHttp ? url : "parts", broker, file, key, String(rate));
        return Number(await line);
      });
      rows.push(row(name, taken));
    }
    offer.child.kill();
  }
  return rows;
}

/** For comparison. */
async function rest(): Promise<undefined> {
  await new Promise((done) => setTimeout(done, 20_000));
  return undefined;
}

interface Measured {
  readonly ms: number;
  readonly runtimeMs: number;
  readonly jobs: number;
  readonly misses: number;
}

function row(name: string, { ms, runtimeMs, jobs, misses }: Measured): Row {
  const speed = name.startsWith("at rest") ? "" : `${((options.megabytes / ms) * 1000).toFixed(1)} MB/s, `;
  const cost = `runtime ${((runtimeMs / ms) * 100).toFixed(0)} % of a core`;
  const ours = `${speed}${cost}, ${misses} of ${jobs} deadlines missed`;
  return { work: name, ours, peer: null, ratio: null, goal: "", met: true };
}

/** What the board did meanwhile. `work` resolves with its own time, or nothing. */
async function measured(board: Board, work: () => Promise<number | undefined>): Promise<Measured> {
  const before = await jobsOf(board);
  const ticks = ticksOf(board.runtimePid);
  const startedMs = performance.now();
  const own = await work();
  const after = await jobsOf(board);
  return {
    ms: own ?? performance.now() - startedMs,
    runtimeMs: ((ticksOf(board.runtimePid) - ticks) / TICKS_PER_S) * 1000,
    jobs: after.count - before.count,
    misses: after.misses - before.misses,
  };
}

async function jobsOf(board: Board): Promise<{ count: number; misses: number }> {
  const { jobs } = (await (await fetch(`${board.pageUrl}overview`)).json()) as {
    jobs: readonly { count: number; misses: number }[];
  };
  const sum = (of: "count" | "misses") => jobs.reduce((total, job) => total + job[of], 0);
  return { count: sum("count"), misses: sum("misses") };
}

/** Of all threads, in and out of the kernel (proc(5), 14 and 15 of stat). */
function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

function started(...words: readonly string[]) {
  const child = spawn(process.execPath, [ENDS, ...words], { stdio: ["ignore", "pipe", "inherit"] });
  context.defer(() => child.kill("SIGKILL"));
  const line = new Promise<string>((done, failed) => {
    createInterface({ input: child.stdout }).once("line", done);
    child.once("close", (code) => failed(new Error(`${words[0]} ended with ${code}`)));
  });
  line.catch(() => {}); // whoever waits hears of it
  return { child, line };
}

/** Of bytes that nothing makes smaller. */
async function bundleOf(megabytes: number): Promise<{ file: string; key: string }> {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-update-bench-"));
  context.defer(() => rmSync(folder, { recursive: true }));
  const payload = join(folder, "slot.squashfs");
  writeFileSync(payload, randomBytes(megabytes * 1_000_000));
  const signing = aKey(folder);
  const about = { ...ABOUT, target: HERE.target as Manifest["target"] };
  const { file } = await writeBundle(
    join(folder, "release.holdfast"),
    about,
    [{ name: "slot.squashfs", file: payload }],
    [signing],
  );
  return { file, key: join(folder, "release.pub") };
}
