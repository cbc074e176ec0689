/** Our side: a thread cell of a real kernel, in a Node process of its own. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { runtimeFlags } from "../../../deploy/board/runtime-flags.ts";
import type { Condition, Neighbour } from "./conditions.ts";
import { type Contender, lastJson, NICE, RT_PRIORITY } from "./contender.ts";
import type { LatenessJson } from "./lateness.ts";

const program = fileURLToPath(new URL("./subject.js", import.meta.url));
/** Start and end of a runtime on a busy machine. */
const PATIENCE_S = 30;

/** What `subject.ts` is told. */
export interface SubjectOrder {
  /** The policy of the job's cell, or no such cell. */
  readonly job: "none" | "other" | "fifo";
  readonly precision?: "sleep" | "spin";
  readonly neighbour: Neighbour;
  /** How long the job runs. */
  readonly seconds: number;
  readonly periodUs?: number;
}

export function ourJob(policy: "other" | "fifo", precision: "sleep" | "spin"): Contender {
  return {
    name: `Holdfast ${policy.toUpperCase()}${precision === "spin" ? "" : ", asleep"}`,
    policy,
    async run(seconds: number, condition: Condition): Promise<LatenessJson> {
      const end = await condition.begin();
      try {
        const { neighbour } = condition;
        return await startSubject({ job: policy, precision, neighbour, seconds }).result;
      } finally {
        end();
      }
    },
  };
}

/** Priority of the cell of a job with a real-time policy. */
export const JOB_PRIORITY = RT_PRIORITY;

/** `running`: its cells run. `result`: of its job; without one it runs until it is killed. */
export function startSubject(order: SubjectOrder): {
  readonly running: Promise<void>;
  readonly result: Promise<LatenessJson>;
  kill(): void;
} {
  const [command, ...words] = [
    ...NICE,
    process.execPath,
    ...runtimeFlags(order.job === "fifo"),
    program,
    JSON.stringify(order),
  ];
  const child = spawn(command!, words, { stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  let isRunning = () => {};
  const running = new Promise<void>((resolve) => (isRunning = resolve));
  child.stdout.on("data", (data) => {
    out += data;
    if (out.startsWith("running\n")) isRunning();
  });
  child.stderr.on("data", (data) => (err += data));
  const limit = setTimeout(() => child.kill("SIGKILL"), (order.seconds + PATIENCE_S) * 1000);
  let killed = false;
  const result = new Promise<LatenessJson>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(limit);
      isRunning();
      if (code === 0) resolve(lastJson(out));
      else if (!killed) reject(new Error(`${JSON.stringify(order)} ended with ${signal ?? code}\n${err}`));
    });
  });
  const kill = () => {
    killed = true;
    child.kill("SIGKILL");
  };
  return { running, result, kill };
}
