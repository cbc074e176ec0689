/** Our side: a thread cell of a real kernel, in a Node process of its own. */
import { fileURLToPath } from "node:url";
import { runtimeFlags } from "../../../deploy/board/runtime-flags.ts";
import type { Condition, Neighbour } from "./conditions.ts";
import { type Contender, lastJson, RT_PRIORITY, startProgram } from "./contender.ts";
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

/** `running`: its cells run; rejects with what it said when it ended before. */
export function startSubject(order: SubjectOrder): {
  readonly running: Promise<void>;
  /** Of its job; without a job it runs until it is killed. */
  readonly result: Promise<LatenessJson>;
  kill(): void;
} {
  const flags = runtimeFlags(order.job === "fifo");
  const child = startProgram([process.execPath, ...flags, program, JSON.stringify(order)], false);
  let out = "";
  let err = "";
  const limit = setTimeout(() => child.kill("SIGKILL"), (order.seconds + PATIENCE_S) * 1000);
  child.stderr.on("data", (data) => (err += data));
  const closed = new Promise<string>((resolve) => {
    child.on("error", ({ message }) => resolve(message));
    child.on("close", (code, signal) => resolve(`${signal ?? code}`));
  }).finally(() => clearTimeout(limit));
  const failure = (how: string) => new Error(`${JSON.stringify(order)} ended with ${how}: ${err.trim()}`);
  const running = new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (data) => {
      out += data;
      if (out.startsWith("running\n")) resolve();
    });
    void closed.then((how) => reject(failure(how)));
  });
  const result = closed.then((how) => {
    if (how !== "0") throw failure(how);
    return lastJson(out);
  });
  // Who starts a load asks for no result, who asks for the result does not wait for the start.
  for (const promise of [running, result]) promise.catch(() => {});
  return { running, result, kill: () => void child.kill("SIGKILL") };
}
