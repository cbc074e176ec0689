/** Where the time of a work goes: functions by the time spent in themselves, from V8's sampling profiler. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OurContender } from "./our-cell.ts";

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

/** One line a function: `14.4 %  #copyPlain process/copy-message.js:83`. Of the thread that worked most. */
export function profile(contender: OurContender, lines = 12): string[] {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-profile-"));
  contender.runWith(["--cpu-prof", `--cpu-prof-dir=${folder}`, "--cpu-prof-interval=200"]);
  const threads = readdirSync(folder).map((file) =>
    selfTimes(JSON.parse(readFileSync(join(folder, file), "utf8")) as CpuProfile),
  );
  rmSync(folder, { recursive: true });
  const [busiest = new Map<string, number>()] = threads.sort((a, b) => sum(b) - sum(a));
  const total = sum(busiest);
  return [...busiest]
    .sort(([, a], [, b]) => b - a)
    .slice(0, lines)
    .map(([name, us]) => `${((us / total) * 100).toFixed(1).padStart(5)} %  ${name}`);
}

function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): Map<string, number> {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, number>();
  samples.forEach((id, index) => {
    const frame = frames.get(id);
    if (frame === undefined || frame.functionName === "(idle)") return;
    const name = printFrame(frame);
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  });
  return times;
}

function printFrame({ functionName, url, lineNumber }: CallFrame): string {
  const name = functionName === "" ? "(anonymous)" : functionName;
  return url === "" ? name : `${name} ${url.split("/").slice(-2).join("/")}:${lineNumber + 1}`;
}

function sum(times: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const us of times.values()) total += us;
  return total;
}
