/** rt-tests' cyclictest: a C program that does nothing but sleep to the next millisecond; the floor. */
import { spawnSync } from "node:child_process";
import { besides, type Condition } from "./conditions.ts";
import { type Contender, RT_PRIORITY, runProgram } from "./contender.ts";
import { Lateness, type LatenessJson } from "./lateness.ts";

const PATIENCE_S = 10;
const MOST_US = 20_001;

/** Undefined where it is not installed. */
export function cyclictest(policy: "other" | "fifo"): Contender | undefined {
  if (spawnSync("cyclictest", ["--help"]).error !== undefined) return undefined;
  return {
    name: `cyclictest ${policy.toUpperCase()}`,
    policy,
    async run(seconds: number, condition: Condition): Promise<LatenessJson> {
      const end = await besides(condition, seconds + PATIENCE_S);
      try {
        const priority = policy === "fifo" ? RT_PRIORITY : 0;
        const words = ["-q", "-i", "1000", "-D", String(seconds), "-h", String(MOST_US)];
        const command = ["cyclictest", ...words, "-p", String(priority), `--policy=${policy}`];
        return parse(await runProgram(command, seconds + PATIENCE_S), seconds);
      } finally {
        end();
      }
    },
  };
}

/** Lines `000042 000007`, then what was beyond them. It leaves out the releases that it slept through. */
function parse(out: string, seconds: number): LatenessJson {
  const number = (name: string) =>
    Number(new RegExp(`^# ${name}: 0*(\\d+)`, "m").exec(out)?.[1] ?? Number.NaN);
  const counts = [...out.matchAll(/^0*(\d+)\s+0*(\d+)$/gm)]
    .map(([, us, count]) => [Number(us), Number(count)] as const)
    .filter(([us, count]) => count > 0 && us < MOST_US);
  const over = number("Histogram Overflows");
  const worstUs = number("Max Latencies");
  if (!(counts.length > 0 && over >= 0 && worstUs >= 0))
    throw new Error(`cyclictest said: ${out.slice(0, 500)}`);
  const { count } = Lateness.of([{ counts, over, worstUs, skipped: 0 }]);
  return { counts, over, worstUs, skipped: Math.max(0, Math.round(seconds * 1000) - count) };
}
